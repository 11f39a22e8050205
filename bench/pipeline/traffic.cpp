#include "bench/pipeline/traffic.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <string>

#include "common/bytes.hpp"
#include "common/clock.hpp"
#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/segment.hpp"

namespace sekimori::bench {

namespace {

constexpr std::uint16_t server_port = 80;
constexpr std::size_t shortest_frame = 60;  ///< 64 bytes on the wire, with the FCS
constexpr std::uint32_t server_isn = 7'000'000;

using Buffer = std::array<std::uint8_t, reply_capacity>;

/// A client address of its own for each number below 2^24.
Address client(Family family, std::uint32_t number) {
  if (family == Family::ipv4) return Address::from_ipv4(be32{0x0b000000U | number});
  // Networks of their own, as replies to one /64 are limited together.
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
  store(bytes.data() + 4, be32{0x0b000000U | number});
  return Address::from_ipv6(bytes.data());
}

LinkHeader link_header(Family family) {
  LinkHeader link;
  auto& ethernet = header_at<EthernetHeader>(link.bytes.data());
  ethernet.destination = {0x02, 0, 0, 0, 0, 2};
  ethernet.source = {0x02, 0, 0, 0, 0, 1};
  ethernet.type = be16{family == Family::ipv4 ? ethertype::ipv4 : ethertype::ipv6};
  link.length = sizeof(EthernetHeader);
  return link;
}

/// Writes the frame of a segment, padded to what Ethernet takes.
Frame write_frame(Buffer& buffer, const Segment& segment) {
  buffer.fill(0);
  const std::size_t length = write_segment(buffer, link_header(segment.source.family()), segment);
  return {.data = buffer.data(),
          .length = static_cast<std::uint32_t>(std::max(length, shortest_frame)),
          .capacity = static_cast<std::uint32_t>(buffer.size())};
}

void add_frame(PacketStream& stream, const Segment& segment) {
  Buffer buffer;
  const Frame frame = write_frame(buffer, segment);
  stream.add({frame.data, frame.length});
}

const TcpHeader& tcp_of(const Frame& frame) {
  return header_at<TcpHeader>(frame.data + sizeof(EthernetHeader) + sizeof(Ipv4Header));
}

Segment client_segment(std::uint32_t number) {
  return {.source = client(Family::ipv4, number),
          .destination = server(Family::ipv4),
          .source_port = static_cast<std::uint16_t>(1024 + number * 7919U % 60'000U),
          .destination_port = server_port,
          .sequence = number,
          .window = 64'000};
}

/// Packets through the pipeline one by one; what it makes of its own is discarded.
class OnePacketBurst {
 public:
  OnePacketBurst(Rig& rig, const Now& now) : rig_(rig), now_(now) {}

  /// The frame as the pipeline leaves it.
  Frame pass(Side from, const Segment& segment) {
    std::array frames{write_frame(buffer_, segment)};
    std::array<Decision, 1> decisions;
    rig_.pipeline().process(from, frames, decisions, rig_.policy(), now_);
    rig_.pipeline().outbox().clear();
    return frames[0];
  }

 private:
  Rig& rig_;
  Now now_;
  Buffer buffer_{};
};

/// Client's SYN, our SYN-ACK, client's ACK, our SYN to the server, the server's SYN-ACK. Returns
/// our cookie.
std::uint32_t establish(Rig& rig, std::uint32_t number, const Now& now) {
  OnePacketBurst burst{rig, now};
  Segment segment = client_segment(number);
  segment.flags = tcp_flag::syn;
  const std::uint32_t cookie = tcp_of(burst.pass(Side::outside, segment)).sequence.host();

  segment.flags = tcp_flag::ack;
  segment.sequence += 1;
  segment.acknowledgement = cookie + 1;
  (void)burst.pass(Side::outside, segment);

  (void)burst.pass(Side::inside, {.source = segment.destination,
                                  .destination = segment.source,
                                  .source_port = segment.destination_port,
                                  .destination_port = segment.source_port,
                                  .sequence = server_isn,
                                  .acknowledgement = segment.sequence,
                                  .window = 64'000,
                                  .flags = tcp_flag::syn | tcp_flag::ack,
                                  .mss = 1460});
  return cookie;
}

}  // namespace

Address server(Family family) {
  return *Address::parse(family == Family::ipv4 ? "192.0.2.10" : "2001:db8::10");
}

void add_flood(Rig& rig, const Flood& flood, std::size_t packets) {
  std::mt19937 random{2};
  for (std::size_t i = 0; i < packets; ++i) {
    Segment segment{.source = client(flood.family, random() & 0xffffffU),
                    .destination = server(flood.family),
                    .source_port = static_cast<std::uint16_t>(1024 + random() % 60'000U),
                    .destination_port = server_port,
                    .sequence = static_cast<std::uint32_t>(random()),
                    .window = 64'240,
                    .flags = flood.flags};
    if ((flood.flags & tcp_flag::ack) != 0) {
      segment.acknowledgement = static_cast<std::uint32_t>(random());
    }
    if (flood.options) {
      segment.mss = 1460;
      segment.window_scale = 7;
      segment.sack_permitted = true;
      segment.timestamps = true;
      segment.timestamp_value = 1;
    }
    add_frame(rig.stream, segment);
  }
}

void add_established(Rig& rig, std::size_t connections) {
  for (std::uint32_t number = 0; number < connections; ++number) {
    const std::uint32_t cookie = establish(rig, number, read_clock());
    Segment segment = client_segment(number);
    segment.flags = tcp_flag::ack;
    segment.sequence += 1;
    segment.acknowledgement = cookie + 1;
    add_frame(rig.stream, segment);
  }
  const auto established =
      rig.stats().counters[static_cast<std::size_t>(Counter::flow_established)];
  if (established != connections) {
    throw std::runtime_error{"only " + std::to_string(established) + " of " +
                             std::to_string(connections) + " connections were established"};
  }
  rig.stream.shuffle();
}

}  // namespace sekimori::bench
