#include <vector>

#include "common/bytes.hpp"
#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {
namespace {

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

struct Form {
  std::uint8_t protocol;
  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint8_t tcp_flags;
};

Form form_of(Traffic traffic, std::uint64_t number) {
  const auto client = static_cast<std::uint16_t>(1'024 + number % 60'000);
  switch (traffic) {
    case Traffic::syn:
      return {tcp, client, 80, 0x02};
    case Traffic::segments:
    case Traffic::small_acks:
      return {tcp, client, 80, 0x10};
    case Traffic::rst:
      return {tcp, client, 80, 0x04};
    case Traffic::fin:
      return {tcp, client, 80, 0x11};
    case Traffic::dns:
      return {udp, client, 53, 0};
    case Traffic::amplified_ntp:
      return {udp, 123, client, 0};
    case Traffic::icmp:
      return {icmp, 0x0800, 0, 0};
    default:
      return {udp, client, 443, 0};
  }
}

}  // namespace

std::vector<std::uint8_t> frame_of(Traffic traffic, std::uint32_t source,
                                   const Address& destination, std::uint64_t number) {
  const Form form = form_of(traffic, number);
  std::vector<std::uint8_t> frame(54);
  store(frame.data() + 12, be16{0x0800});
  frame[14] = 0x45;
  frame[22] = 57;
  frame[23] = form.protocol;
  if (traffic == Traffic::fragments) store(frame.data() + 20, be16{0x00b9});
  store(frame.data() + 26, be32{source});
  store(frame.data() + 30, destination.ipv4());
  store(frame.data() + 34, be16{form.source_port});
  store(frame.data() + 36, be16{form.destination_port});
  frame[47] = form.tcp_flags;
  return frame;
}

}  // namespace sekimori::test
