#include "bench/traffic/frames.hpp"

#include <algorithm>

#include "common/bytes.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

constexpr std::uint16_t server_port = 80;
constexpr std::size_t shortest_frame = 60;  ///< 64 bytes on the wire, with the FCS

LinkHeader link_header(Family family) {
  LinkHeader link;
  auto& ethernet = header_at<EthernetHeader>(link.bytes.data());
  ethernet.destination = {0x02, 0, 0, 0, 0, 2};
  ethernet.source = {0x02, 0, 0, 0, 0, 1};
  ethernet.type = be16{family == Family::ipv4 ? ethertype::ipv4 : ethertype::ipv6};
  link.length = sizeof(EthernetHeader);
  return link;
}

}  // namespace

Frame write_frame(FrameBuffer& buffer, const Segment& segment) {
  buffer.fill(0);
  const std::size_t length = write_segment(buffer, link_header(segment.source.family()), segment);
  return {.data = buffer.data(),
          .length = static_cast<std::uint32_t>(std::max(length, shortest_frame)),
          .capacity = static_cast<std::uint32_t>(buffer.size())};
}

Address server(Family family) {
  return *Address::parse(family == Family::ipv4 ? "192.0.2.10" : "2001:db8::10");
}

Address client(Family family, std::uint32_t number) {
  if (family == Family::ipv4) return Address::from_ipv4(be32{0x0b000000U | number});
  // Networks of their own, as replies to one /64 are limited together.
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
  store(bytes.data() + 4, be32{0x0b000000U | number});
  return Address::from_ipv6(bytes.data());
}

Address protected_address(std::uint32_t number) {
  return Address::from_ipv4(be32{0xc6120000U | number});  // 198.18.0.0/15
}

Segment client_segment(std::uint32_t number) {
  return {.source = client(Family::ipv4, number),
          .destination = server(Family::ipv4),
          .source_port = static_cast<std::uint16_t>(1024 + number * 7919U % 60'000U),
          .destination_port = server_port,
          .sequence = number,
          .window = 64'000};
}

}  // namespace sekimori::bench
