#include "tests/support/offload.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <utility>

#include "tests/support/errors.hpp"

namespace sekimori::lab {

void set_offloads(const Namespace& where, const std::string& interface, Offloads offloads) {
  const UniqueFd control{
      where.run([] { return checked(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"); })};
  const std::pair<unsigned, bool> switches[] = {
      {ETHTOOL_SRXCSUM, offloads.checksum},
      {ETHTOOL_STXCSUM, offloads.checksum},
      {ETHTOOL_STSO, offloads.segmentation},
      {ETHTOOL_SGSO, offloads.segmentation},
      {ETHTOOL_SGRO, offloads.segmentation || offloads.napi},
  };
  for (const auto& [command, on] : switches) {
    ethtool_value value{.cmd = command, .data = on ? 1U : 0U};
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&value);
    if (::ioctl(control.get(), SIOCETHTOOL, &request) < 0 && on) {
      throw_errno("SIOCETHTOOL on " + interface);
    }
  }
}

}  // namespace sekimori::lab
