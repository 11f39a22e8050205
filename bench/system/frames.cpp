#include "bench/system/frames.hpp"

#include <algorithm>
#include <stdexcept>

#include "bench/traffic/frames.hpp"
#include "common/address.hpp"
#include "common/bytes.hpp"
#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/segment.hpp"

namespace sekimori::bench {

namespace {

constexpr std::size_t ip_offset = sizeof(EthernetHeader);
constexpr std::size_t transport_offset = ip_offset + sizeof(Ipv4Header);
constexpr std::size_t shortest_frame = 60;  ///< 64 bytes on the wire, with the FCS
constexpr std::uint16_t echo_port = 7;      ///< RFC 2544, appendix C.2.6.4

/// What a datagram's payload begins with. Each number stands beside its complement, and so does the
/// low half of the source address: their sum is the same for all numbers, and with it the checksum.
struct Mark {
  be32 number;
  be32 number_complement;
  be16 source_complement;
};
static_assert(sizeof(Mark) <= shortest_frame - transport_offset - sizeof(UdpHeader));

/// RFC 2544, appendix C.2.2, has this network for measurements.
Address datagram_source() {
  return *Address::parse("198.18.0.0");
}

constexpr std::size_t source_low_half = ip_offset + offsetof(Ipv4Header, source) + 2;

/// Spreads numbers over all values below 2^24, without a pattern.
std::uint32_t scattered(std::uint32_t number) {
  return (number * 0x9e3779b1U) >> 8;
}

}  // namespace

TestFrames TestFrames::datagrams(std::size_t wire_bytes) {
  if (wire_bytes < shortest_frame + fcs_bytes) {
    throw std::invalid_argument{"no Ethernet frame has " + std::to_string(wire_bytes) + " bytes"};
  }
  std::vector<std::uint8_t> bytes = syns(false).bytes_;  // for its Ethernet header
  bytes.resize(sizeof(EthernetHeader));
  bytes.resize(wire_bytes - fcs_bytes);
  const Address source = datagram_source();
  const Address destination = *Address::parse("198.19.0.10");
  const std::size_t datagram_bytes = bytes.size() - transport_offset;

  auto& ip = header_at<Ipv4Header>(bytes.data() + ip_offset);
  ip.version_ihl = 0x45;
  ip.total_length = be16{static_cast<std::uint16_t>(bytes.size() - ip_offset)};
  ip.id = be16{0xffff};
  ip.ttl = 64;
  ip.protocol = protocol::udp;
  ip.source = source.ipv4();
  ip.destination = destination.ipv4();
  ip.checksum = checksum_field(checksum_sum(bytes.data() + ip_offset, sizeof(Ipv4Header)));

  auto& udp = header_at<UdpHeader>(bytes.data() + transport_offset);
  udp.source_port = be16{49'152};
  udp.destination_port = be16{echo_port};
  udp.length = be16{static_cast<std::uint16_t>(datagram_bytes)};
  auto& mark = header_at<Mark>(bytes.data() + transport_offset + sizeof(UdpHeader));
  mark.number_complement = be32{0xffffffffU};
  mark.source_complement = be16{0xffff};
  udp.checksum = checksum_field(pseudo_header_sum(source, destination, protocol::udp,
                                                  static_cast<std::uint32_t>(datagram_bytes)) +
                                checksum_sum(bytes.data() + transport_offset, datagram_bytes));
  return {std::move(bytes), false};
}

TestFrames TestFrames::syns(bool options) {
  Segment segment = client_segment(0);
  segment.destination = *Address::parse("198.19.1.10");
  segment.flags = tcp_flag::syn;
  if (options) {
    segment.mss = 1460;
    segment.window_scale = 7;
    segment.sack_permitted = true;
    segment.timestamps = true;
    segment.timestamp_value = 1;
  }
  FrameBuffer buffer;
  const Frame frame = write_frame(buffer, segment);
  return {{frame.data, frame.data + frame.length}, true};
}

void TestFrames::number_datagram(std::uint8_t* frame, std::uint32_t number) {
  const auto source = static_cast<std::uint16_t>(number);
  const be16 source_complement{static_cast<std::uint16_t>(~source)};
  store(frame + source_low_half, be16{source});
  header_at<Ipv4Header>(frame + ip_offset).id = source_complement;
  auto& mark = header_at<Mark>(frame + transport_offset + sizeof(UdpHeader));
  mark.number = be32{number};
  mark.number_complement = be32{~number};
  mark.source_complement = source_complement;
}

void TestFrames::number_syn(std::uint8_t* frame, std::uint32_t number) {
  auto& ip = header_at<Ipv4Header>(frame + ip_offset);
  auto& tcp = header_at<TcpHeader>(frame + transport_offset);
  const be32 source = client(Family::ipv4, scattered(number)).ipv4();
  const be32 sequence{number};
  ip.checksum = checksum_update(ip.checksum, ip.source, source);
  tcp.checksum = checksum_update(tcp.checksum, ip.source, source);
  tcp.checksum = checksum_update(tcp.checksum, tcp.sequence, sequence);
  ip.source = source;
  tcp.sequence = sequence;
}

std::optional<std::uint32_t> TestFrames::number_of(std::span<const std::uint8_t> frame) const {
  if (frame.size() < transport_offset + sizeof(TcpHeader)) return std::nullopt;
  const auto& ip = header_at<Ipv4Header>(frame.data() + ip_offset);
  if (header_at<EthernetHeader>(frame.data()).type.host() != ethertype::ipv4) return std::nullopt;
  if (answered_ && ip.protocol == protocol::tcp) {
    const auto& tcp = header_at<TcpHeader>(frame.data() + transport_offset);
    if (tcp.flags == (tcp_flag::syn | tcp_flag::ack)) return tcp.acknowledgement.host() - 1;
    // A device that only forwards gives the SYN itself back.
    if (tcp.flags == tcp_flag::syn) return tcp.sequence.host();
  } else if (!answered_ && ip.protocol == protocol::udp && frame.size() == bytes_.size()) {
    const auto& mark = header_at<Mark>(frame.data() + transport_offset + sizeof(UdpHeader));
    if (mark.number.host() == ~mark.number_complement.host()) return mark.number.host();
  }
  return std::nullopt;
}

}  // namespace sekimori::bench
