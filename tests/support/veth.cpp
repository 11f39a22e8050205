#include "tests/support/veth.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <utility>

#include "tests/support/errors.hpp"

namespace sekimori::lab {

VethPair::VethPair(Port left, Port right, unsigned mtu)
    : left_(std::move(left)), right_(std::move(right)) {
  const std::string size = " mtu " + std::to_string(mtu);
  left_.where->ip("link add " + left_.interface + size + " type veth peer name " +
                  right_.interface + size + " netns " + right_.where->name());
  for (const Port& port : {left_, right_}) {
    set_offloads(*port.where, port.interface, {});
    port.where->ip("link set " + port.interface + " up");
  }
}

VethPair::~VethPair() {
  try {
    left_.where->ip("link del " + left_.interface);
  } catch (const LabError&) {
    // It goes with its namespace.
  }
}

std::string mac_address(const Port& port) {
  const UniqueFd control{port.where->run(
      [] { return checked(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"); })};
  ifreq request{};
  port.interface.copy(request.ifr_name, IFNAMSIZ - 1);
  checked(::ioctl(control.get(), SIOCGIFHWADDR, &request), "SIOCGIFHWADDR " + port.interface);
  std::array<unsigned, 6> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(request.ifr_hwaddr.sa_data[i]);
  }
  std::array<char, 18> text{};
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
                bytes[2], bytes[3], bytes[4], bytes[5]);
  return text.data();
}

}  // namespace sekimori::lab
