#include "hw/sim/frames.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori {
namespace {

void append(Bytes& bytes, const Bytes& more) {
  for (const std::uint8_t byte : more) bytes.push_back(byte);
}

template <typename Value>
void append_value(Bytes& bytes, const Value& value) {
  const auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(Value)>>(value);
  for (const std::uint8_t byte : raw) bytes.push_back(byte);
}

Bytes random_bytes(Random& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = random.byte();
  return bytes;
}

void append_link(Bytes& frame, Random& random, unsigned vlan_tags, std::uint16_t type) {
  append(frame, random_bytes(random, 12));
  for (unsigned i = 0; i < vlan_tags; ++i) {
    const bool service = i == 0 && vlan_tags > 1;
    append_value(frame, be16{service ? ethertype::qinq : ethertype::vlan});
    append_value(frame, be16{random.half()});
  }
  append_value(frame, be16{type});
}

/// Fills in the checksum of the transport header, where one is known.
void finish_segment(const Packet& packet, Bytes& segment) {
  const bool ipv4 = packet.source.is_ipv4();
  std::size_t at = 0;
  bool pseudo = true;
  if (packet.protocol == protocol::tcp && segment.size() >= 18) {
    at = 16;
  } else if (packet.protocol == protocol::udp && segment.size() >= 8) {
    at = 6;
  } else if (packet.protocol == (ipv4 ? protocol::icmp : protocol::icmpv6) && segment.size() >= 4) {
    at = 2;
    pseudo = !ipv4;
  }
  if (at == 0) return;
  store(segment.data() + at, be16{0});
  std::uint64_t sum = checksum_sum(segment.data(), segment.size());
  if (pseudo) {
    sum += pseudo_header_sum(packet.source, packet.destination, packet.protocol,
                             static_cast<std::uint32_t>(segment.size()));
  }
  be16 field = checksum_field(sum);
  if (packet.protocol == protocol::udp && field.raw() == 0) field = be16{0xffff};
  store(segment.data() + at, field);
}

void append_ipv4(Bytes& frame, Random& random, const Packet& packet, std::size_t segment) {
  const std::size_t start = frame.size();
  const std::size_t header_length = sizeof(Ipv4Header) + packet.ip_options.size();
  append_value(frame,
               Ipv4Header{.version_ihl = static_cast<std::uint8_t>(0x40 | header_length / 4),
                          .tos = random.byte(),
                          .total_length = be16{static_cast<std::uint16_t>(header_length + segment)},
                          .id = be16{random.half()},
                          .fragment = be16{packet.fragment},
                          .ttl = packet.hop_limit,
                          .protocol = packet.protocol,
                          .checksum = {},
                          .source = packet.source.ipv4(),
                          .destination = packet.destination.ipv4()});
  append(frame, packet.ip_options);
  auto& ip = header_at<Ipv4Header>(frame.data() + start);
  ip.checksum = checksum_field(checksum_sum(frame.data() + start, header_length));
}

void append_ipv6(Bytes& frame, Random& random, const Packet& packet, std::size_t segment) {
  std::size_t extensions = 0;
  for (const Extension& e : packet.extensions) extensions += e.bytes.size();
  Ipv6Header ip{
      .version_class_flow = be32{6U << 28 | random.below(1U << 28)},
      .payload_length = be16{static_cast<std::uint16_t>(extensions + segment)},
      .next_header = packet.extensions.empty() ? packet.protocol : packet.extensions[0].protocol,
      .hop_limit = packet.hop_limit,
      .source = {},
      .destination = {}};
  std::memcpy(ip.source.data(), packet.source.bytes(), 16);
  std::memcpy(ip.destination.data(), packet.destination.bytes(), 16);
  append_value(frame, ip);
  for (std::size_t i = 0; i < packet.extensions.size(); ++i) {
    Bytes bytes = packet.extensions[i].bytes;
    const bool last = i + 1 == packet.extensions.size();
    bytes[0] = last ? packet.protocol : packet.extensions[i + 1].protocol;
    append(frame, bytes);
  }
}

Bytes random_option(Random& random, unsigned kind) {
  switch (kind) {
    case 0:
      return {2, 4, random.byte(), random.byte()};
    case 1:
      return {3, 3, static_cast<std::uint8_t>(random.below(18))};
    case 2:
      return {4, 2};
    case 3: {
      Bytes option{8, 10};
      append(option, random_bytes(random, 8));
      return option;
    }
    case 4:
      return {1};
    case 5: {
      const std::uint32_t blocks = 1 + random.below(3);
      Bytes option{5, static_cast<std::uint8_t>(2 + 8 * blocks)};
      append(option, random_bytes(random, 8 * blocks));
      return option;
    }
    default: {
      const std::uint32_t size = 2 + random.below(6);
      Bytes option{static_cast<std::uint8_t>(30 + random.below(200)),
                   static_cast<std::uint8_t>(size)};
      append(option, random_bytes(random, size - 2));
      return option;
    }
  }
}

Bytes random_ipv4_options(Random& random) {
  Bytes options;
  const std::uint32_t words = 1 + random.below(10);
  while (options.size() < std::size_t{4} * words) {
    if (random.chance(1, 3)) {
      options.push_back(1);
    } else {
      const std::uint32_t size = 2 + random.below(8);
      constexpr std::array<std::uint8_t, 5> kinds{7, 68, 148, 131, 137};
      const std::uint32_t pick = random.chance(1, 6) ? random.below(5) : random.below(3);
      options.push_back(kinds[pick]);
      options.push_back(static_cast<std::uint8_t>(random.chance(1, 12) ? random.below(50) : size));
      append(options, random_bytes(random, size - 2));
    }
  }
  if (random.chance(1, 4)) options[random.below(static_cast<std::uint32_t>(options.size()))] = 0;
  options.resize(std::size_t{4} * words);
  return options;
}

std::vector<Extension> random_extensions(Random& random) {
  std::vector<Extension> extensions;
  const std::uint32_t count = random.below(random.chance(1, 4) ? 7 : 4);
  for (std::uint32_t i = 0; i < count; ++i) {
    constexpr std::array<std::uint8_t, 4> kinds{protocol::hop_by_hop, protocol::destination_options,
                                                protocol::routing, protocol::fragment};
    const bool usual = random.chance(7, 8);
    const std::uint32_t pick =
        usual ? (i == 0 ? random.below(4) : 1 + random.below(3)) : random.below(4);
    const bool is_fragment = kinds[pick] == protocol::fragment;
    const std::uint32_t units = is_fragment ? 1 : 1 + random.below(random.chance(1, 6) ? 20 : 3);
    Bytes bytes = random_bytes(random, std::size_t{8} * units);
    bytes[1] = static_cast<std::uint8_t>(units - 1);
    if (kinds[pick] == protocol::routing && random.chance(9, 10)) bytes[3] = 0;
    if (is_fragment) {
      const bool whole = random.chance(1, 2);
      store(bytes.data() + 2, be16{whole ? std::uint16_t{0} : random.half()});
    }
    extensions.push_back({.protocol = kinds[pick], .bytes = bytes});
  }
  return extensions;
}

std::uint32_t random_payload(Random& random) {
  switch (random.below(8)) {
    case 0:
      return random.below(static_cast<std::uint32_t>(max_frame) - 400);
    case 1:
    case 2:
      return random.below(300);
    default:
      return random.below(12);
  }
}

std::uint8_t random_flags(Random& random) {
  constexpr std::array<std::uint8_t, 8> usual{tcp_flag::syn,
                                              tcp_flag::syn | tcp_flag::ece | tcp_flag::cwr,
                                              tcp_flag::syn | tcp_flag::ack,
                                              tcp_flag::ack,
                                              tcp_flag::ack | tcp_flag::psh,
                                              tcp_flag::fin | tcp_flag::ack,
                                              tcp_flag::rst,
                                              tcp_flag::rst | tcp_flag::ack};
  return random.chance(7, 8) ? usual[random.below(usual.size())] : random.byte();
}

std::uint16_t random_port(Random& random) {
  return random.chance(1, 32) ? std::uint16_t{0} : random.half();
}

Bytes random_segment(Random& random, std::uint8_t protocol_number) {
  const std::uint32_t payload = random_payload(random);
  if (protocol_number == protocol::tcp) {
    return TestSegment{.source_port = random_port(random),
                       .destination_port = random_port(random),
                       .sequence = random.word(),
                       .acknowledgement = random.word(),
                       .flags = random_flags(random),
                       .window = random.half(),
                       .options = random_tcp_options(random, 2),
                       .payload = payload}
        .bytes(random);
  }
  Bytes segment = random_bytes(random, 8 + payload);
  if (protocol_number == protocol::udp) {
    const bool wrong = random.chance(1, 16);
    store(segment.data() + 4, be16{static_cast<std::uint16_t>(segment.size() + (wrong ? 1 : 0))});
  }
  return segment;
}

}  // namespace

Bytes TestSegment::bytes(Random& random) const {
  Bytes out;
  append_value(out,
               TcpHeader{.source_port = be16{source_port},
                         .destination_port = be16{destination_port},
                         .sequence = be32{sequence},
                         .acknowledgement = be32{acknowledgement},
                         .data_offset = static_cast<std::uint8_t>((5 + options.size() / 4) << 4),
                         .flags = flags,
                         .window = be16{window},
                         .checksum = {},
                         .urgent_pointer = be16{random.half()}});
  append(out, options);
  append(out, random_bytes(random, payload));
  return out;
}

Bytes Packet::frame(Random& random) const {
  Bytes frame;
  Bytes finished = segment;
  finish_segment(*this, finished);
  if (source.is_ipv4()) {
    append_link(frame, random, vlan_tags, ethertype::ipv4);
    append_ipv4(frame, random, *this, finished.size());
  } else {
    append_link(frame, random, vlan_tags, ethertype::ipv6);
    append_ipv6(frame, random, *this, finished.size());
  }
  append(frame, finished);
  append(frame, random_bytes(random, padding));
  if (frame.size() < 60) append(frame, random_bytes(random, 60 - frame.size()));
  return frame;
}

Bytes random_tcp_options(Random& random, unsigned broken) {
  Bytes options;
  std::uint32_t used = 0;
  const std::uint32_t count = random.below(7);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t kind = random.below(7);
    const bool repeats = kind != 4 && kind != 6 && (used >> kind & 1) != 0;
    if (repeats && !random.chance(broken, 64)) continue;
    used |= 1U << kind;
    const Bytes option = random_option(random, kind);
    if (options.size() + option.size() > 40) break;
    append(options, option);
  }
  if (!options.empty() && random.chance(broken, 16)) {
    options[random.below(static_cast<std::uint32_t>(options.size()))] = random.byte();
  }
  // Stacks end the list with no-operations in front or zeros behind.
  const std::uint8_t fill = random.chance(1, 2) ? 0 : 1;
  while (options.size() % 4 != 0) options.push_back(fill);
  return options;
}

Address random_source(Random& random, bool ipv6) {
  if (!ipv6) {
    const std::uint32_t first = 1 + random.below(126);
    return Address::from_ipv4(be32{first << 24 | random.below(1U << 24)});
  }
  Bytes bytes = random_bytes(random, 16);
  bytes[0] = 0x20;
  return Address::from_ipv6(bytes.data());
}

Packet random_packet(Random& random, const Address& source, const Address& destination) {
  Packet packet{.source = source, .destination = destination};
  packet.vlan_tags = random.chance(1, 2) ? 0 : random.below(random.chance(1, 8) ? 4 : 3);
  packet.hop_limit = random.byte();
  constexpr std::array<std::uint8_t, 5> protocols{protocol::tcp, protocol::udp, protocol::icmp,
                                                  protocol::icmpv6, 47};
  packet.protocol = random.chance(2, 3) ? protocol::tcp : protocols[random.below(5)];
  packet.segment = random_segment(random, packet.protocol);
  if (random.chance(1, 32)) packet.segment.resize(random.below(20));
  if (source.is_ipv4()) {
    if (random.chance(1, 4)) packet.ip_options = random_ipv4_options(random);
    packet.fragment = random.chance(1, 2) ? Ipv4Header::dont_fragment : std::uint16_t{0};
    if (random.chance(1, 16)) packet.fragment = random.half();
    if (random.chance(1, 64)) packet.fragment = static_cast<std::uint16_t>(random.below(3));
  } else if (random.chance(1, 2)) {
    packet.extensions = random_extensions(random);
  }
  if (random.chance(1, 8)) packet.padding = random.below(100);
  return packet;
}

void damage(Random& random, Bytes& frame) {
  const auto size = static_cast<std::uint32_t>(frame.size());
  switch (random.below(5)) {
    case 0:  // a bit or a byte of a header
    case 1:
      frame[random.below(std::min(size, 120U))] =
          random.chance(1, 2) ? random.byte()
                              : static_cast<std::uint8_t>(frame[0] ^ 1U << random.below(8));
      break;
    case 2:  // a cut
      frame.resize(1 + random.below(size));
      break;
    case 3:  // anywhere
      frame[random.below(size)] = random.byte();
      break;
    default:  // bytes too many
      append(frame, random_bytes(random, random.below(80)));
      break;
  }
  if (frame.size() > max_frame) frame.resize(max_frame);
}

}  // namespace sekimori
