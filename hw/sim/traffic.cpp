#include "hw/sim/traffic.hpp"

#include <algorithm>

#include "dataplane/packet/headers.hpp"

namespace sekimori {
namespace {

/// Numbers the parts of a policy while they are added.
class PolicyMaker {
 public:
  PolicyMaker() {
    contents_.global = {.hold_segments_per_flow = 1,
                        .server_syn_timeout_ms = 1000,
                        .flow_capacity = 64,
                        .handshake_capacity = 8,
                        .hold_capacity = 8,
                        .source_capacity = 64,
                        .backend_capacity = 64,
                        .object_capacity = 64};
    contents_.source_lists.push_back({});
  }

  ObjectRecord& object(const std::vector<std::string>& prefixes, SynMode mode) {
    const auto number = static_cast<std::uint32_t>(contents_.objects.size());
    const std::string name = "object" + std::to_string(number);
    contents_.objects.push_back({.name_offset = static_cast<std::uint32_t>(contents_.names.size()),
                                 .name_length = static_cast<std::uint16_t>(name.size()),
                                 .syn_mode = mode,
                                 .assumed_window_scale = 7,
                                 .assumed_sack = 1,
                                 .assumed_timestamps = 0,
                                 .assumed_mss_ipv4 = 1460,
                                 .assumed_mss_ipv6 = 1440,
                                 .syn_ack_window = 14600});
    contents_.names += name;
    for (const std::string& text : prefixes) {
      contents_.prefixes.push_back({.prefix = Prefix::parse(text).value(), .object = number});
    }
    contents_.objects.back().first_service = static_cast<std::uint32_t>(contents_.services.size());
    return contents_.objects.back();
  }
  void service(std::uint16_t first, std::uint16_t last, SynMode mode) {
    contents_.services.push_back({.first_port = first, .last_port = last, .syn_mode = mode});
    ++contents_.objects.back().service_count;
  }
  std::uint32_t source_list(const std::vector<std::pair<std::string, SourceAction>>& entries) {
    contents_.source_lists.push_back(
        {.first_entry = static_cast<std::uint32_t>(contents_.source_entries.size())});
    for (const auto& [text, action] : entries)
      add_source(contents_.source_lists.back(), text, action);
    return static_cast<std::uint32_t>(contents_.source_lists.size() - 1);
  }
  void own_source(const std::string& text, SourceAction action) {
    add_source(contents_.source_lists.front(), text, action);
  }
  [[nodiscard]] PolicyContents take() { return std::move(contents_); }

 private:
  void add_source(SourceListRecord& list, const std::string& text, SourceAction action) {
    contents_.source_entries.push_back({.prefix = Prefix::parse(text).value(), .action = action});
    ++list.entry_count;
  }

  PolicyContents contents_;
};

const Bytes& linux_options() {
  static const Bytes options{2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7};
  return options;
}

Bytes random_syn_options(Random& random) {
  return random.chance(1, 2) ? random_tcp_options(random, 0) : linux_options();
}

/// A segment that acknowledges a cookie of the present slot or the one before, or of an older one.
TestSegment cookie_segment(Random& random, const Golden& golden, const CookieTuple& tuple) {
  AgreedOptions agreed{.mss_index = static_cast<std::uint8_t>(random.below(4)),
                       .client_scale = static_cast<std::uint8_t>(random.below(16)),
                       .sack = random.chance(1, 2),
                       .timestamps = random.chance(1, 2),
                       .ecn = random.chance(1, 4)};
  agreed = representable(agreed);
  const std::uint64_t slot =
      golden.slot() - (random.chance(1, 8) ? random.below(4) : random.below(2));
  const std::uint32_t isn = random.word();
  std::uint32_t cookie = make_cookie(golden.keys().get(slot), tuple, slot, agreed, isn);
  if (random.chance(1, 8)) cookie ^= 1U << random.below(32);
  TestSegment segment{.source_port = tuple.source_port,
                      .destination_port = tuple.destination_port,
                      .sequence = isn + 1,
                      .acknowledgement = cookie + 1,
                      .flags = tcp_flag::ack,
                      .window = random.half()};
  if (random.chance(1, 8)) segment.flags |= tcp_flag::fin;
  if (random.chance(1, 8)) segment.payload = random.below(1400);
  if (agreed.timestamps) {
    const std::uint32_t echo = cookie_timestamp(random.bits(), timestamp_bits(agreed));
    segment.options = {1, 1, 8, 10, random.byte(), random.byte(), random.byte(), random.byte()};
    for (int shift = 24; shift >= 0; shift -= 8) {
      segment.options.push_back(static_cast<std::uint8_t>(echo >> shift));
    }
  }
  return segment;
}

/// Ports that the services of the policy end and begin with, and others.
std::uint16_t bench_port(Random& random) {
  constexpr std::array<std::uint16_t, 9> ports{25, 79, 80, 81, 443, 7999, 8000, 8100, 8101};
  return random.chance(3, 4) ? ports[random.below(ports.size())]
                             : static_cast<std::uint16_t>(1 + random.below(65535));
}

Packet handshake_packet(Random& random, const Golden& golden, const Address& source,
                        const Address& destination) {
  const CookieTuple tuple{.source = source,
                          .destination = destination,
                          .source_port = static_cast<std::uint16_t>(1 + random.below(65535)),
                          .destination_port = bench_port(random)};
  TestSegment segment;
  if (random.chance(1, 2)) {
    segment = {
        .source_port = tuple.source_port,
        .destination_port = tuple.destination_port,
        .sequence = random.word(),
        .acknowledgement = random.word(),
        .flags = random.chance(1, 4) ? std::uint8_t{tcp_flag::syn | tcp_flag::ece} : tcp_flag::syn,
        .window = random.half(),
        .options = random_syn_options(random),
        .payload = random.chance(1, 8) ? random.below(1400) : 0};
  } else {
    segment = cookie_segment(random, golden, tuple);
  }
  Packet packet = random_packet(random, source, destination);
  packet.protocol = protocol::tcp;
  packet.segment = segment.bytes(random);
  packet.fragment = 0;
  if (packet.vlan_tags > 2) packet.vlan_tags = 2;
  if (random.chance(3, 4)) {
    packet.extensions.clear();
    packet.ip_options.clear();
  }
  return packet;
}

}  // namespace

PolicyContents bench_policy(unsigned variant) {
  PolicyMaker maker;
  const SynMode first = variant % 2 == 0 ? SynMode::proxy : SynMode::off;
  maker.object({"192.0.2.0/24", "2001:db8:1::/64"}, first);
  maker.service(25, 25, SynMode::retransmit);
  maker.service(80, 80, SynMode::proxy);
  maker.service(443, 443, SynMode::reset);
  maker.service(8000, 8100, variant % 3 == 0 ? SynMode::reset : SynMode::proxy);
  ObjectRecord& inner = maker.object({"192.0.2.128/25", "2001:db8:1::8000:0/113"}, SynMode::proxy);
  inner.assumed_window_scale = variant % 2 == 0 ? 0 : 14;
  inner.assumed_timestamps = 1;
  inner.assumed_mss_ipv4 = 1400;
  inner.syn_ack_window = static_cast<std::uint16_t>(5000 + variant);
  ObjectRecord& host = maker.object({"192.0.2.200", "2001:db8:1::8000:1"}, SynMode::proxy);
  host.assumed_sack = 0;
  host.assumed_timestamps = 1;
  maker.object({"198.51.100.0/26"}, SynMode::reset);
  maker.object({"198.51.100.64/26"}, SynMode::bad_ack);
  maker.object({"198.51.100.128/26"}, SynMode::proxy);
  for (std::uint16_t port = 0; port < 5; ++port) {
    maker.service(static_cast<std::uint16_t>(1000 + 10 * port),
                  static_cast<std::uint16_t>(1005 + 10 * port), SynMode::off);
  }
  ObjectRecord& listed = maker.object({"198.51.100.192/26"}, SynMode::proxy);
  // Every second policy has its ranges at other places of the card's search tree.
  if (variant % 2 == 1) {
    maker.object({"5.0.0.0/8", "7.0.0.0/8", "9.0.0.0/8", "2001:db7::/32"}, SynMode::off);
  }
  maker.own_source("10.1.0.0/16", SourceAction::allow);
  maker.own_source("10.1.2.0/24", SourceAction::block);
  maker.own_source("2000:1::/32", SourceAction::allow);
  listed.source_list = maker.source_list({{"10.2.0.0/16", SourceAction::allow}});
  return maker.take();
}

Address bench_destination(Random& random, bool ipv6) {
  if (random.chance(1, 16)) return random_source(random, ipv6);
  if (ipv6) {
    auto address = Address::parse("2001:db8:1::").value();
    Bytes bytes(address.bytes(), address.bytes() + 16);
    bytes[12] = random.chance(1, 2) ? 0x80 : 0;
    bytes[15] = static_cast<std::uint8_t>(random.below(4));
    return Address::from_ipv6(bytes.data());
  }
  const std::uint32_t net = random.chance(2, 3) ? 0xc0000200 : 0xc6336400;
  const std::uint32_t host = random.chance(1, 8) ? 200 : random.below(256);
  return Address::from_ipv4(be32{net | host});
}

Bytes bench_frame(Random& random, const Golden& golden) {
  const bool ipv6 = random.chance(1, 3);
  Address source = random_source(random, ipv6);
  if (!ipv6 && random.chance(1, 8)) {
    source = Address::from_ipv4(be32{0x0a010000 | random.below(0x20000)});
  }
  if (ipv6 && random.chance(1, 16)) source = Address::parse("2000:1::77").value();
  const Address destination = bench_destination(random, ipv6);
  const Packet packet = random.chance(3, 4) ? handshake_packet(random, golden, source, destination)
                                            : random_packet(random, source, destination);
  Bytes frame = packet.frame(random);
  if (random.chance(1, 8)) damage(random, frame);
  if (frame.size() > max_frame) frame.resize(max_frame);
  // Shorter frames do not reach a kernel.
  while (frame.size() < 60) frame.push_back(random.byte());
  return frame;
}

Bytes linux_syn(Random& random, const Address& destination, std::uint16_t port) {
  Packet packet{.source = random_source(random, !destination.is_ipv4()),
                .destination = destination,
                .protocol = protocol::tcp};
  packet.segment = TestSegment{.source_port = static_cast<std::uint16_t>(1 + random.below(65535)),
                               .destination_port = port,
                               .sequence = random.word(),
                               .flags = tcp_flag::syn,
                               .window = 64240,
                               .options = linux_options()}
                       .bytes(random);
  return packet.frame(random);
}

}  // namespace sekimori
