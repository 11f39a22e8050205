#include "hw/host/open_registers.hpp"

#include "hw/host/register_socket.hpp"
#include "hw/host/xrt_registers.hpp"

namespace sekimori {

tl::expected<std::shared_ptr<RegisterAccess>, std::string> open_syn_cookie_registers(
    const CardChoice& choice) {
  constexpr std::string_view socket = "unix:";
  if (choice.place.starts_with(socket)) {
    return RegisterSocket::connect(choice.place.substr(socket.size()));
  }
  return open_xrt_registers(choice.device, choice.place);
}

}  // namespace sekimori
