#include "bench/instructions/loads.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "bench/callgrind/counting.hpp"

namespace sekimori::bench {

namespace {

constexpr std::uint16_t server_port = 80;
constexpr std::size_t shortest_frame = 60;  ///< 64 bytes on the wire, with the FCS
constexpr std::uint32_t server_isn = 7'000'000;
constexpr std::size_t flood_packets = 64 * max_burst;

Address client(Family family, std::uint32_t number) {
  if (family == Family::ipv4) return Address::from_ipv4(be32{0x0b000000U | number});
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
  store(bytes.data() + 4, be32{0x0b000000U | number});
  return Address::from_ipv6(bytes.data());
}

Address server(Family family) {
  return *Address::parse(family == Family::ipv4 ? "192.0.2.10" : "2001:db8::10");
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

Segment client_segment(std::uint32_t number) {
  return {.source = client(Family::ipv4, number),
          .destination = server(Family::ipv4),
          .source_port = static_cast<std::uint16_t>(1024 + number * 7919U % 60'000U),
          .destination_port = server_port,
          .sequence = number,
          .window = 64'000};
}

/// A packet of a flood, with all options that Linux sends if `options` is set.
Segment flood_segment(std::mt19937& random, const Address& destination, std::uint8_t flags,
                      bool options = false) {
  const std::uint32_t number = random() & 0xffffffU;
  return {
      .source = client(destination.family(), number),
      .destination = destination,
      .source_port = static_cast<std::uint16_t>(1024 + random() % 60'000U),
      .destination_port = server_port,
      .sequence = static_cast<std::uint32_t>(random()),
      .acknowledgement = (flags & tcp_flag::ack) != 0 ? static_cast<std::uint32_t>(random()) : 0,
      .window = 64'240,
      .flags = flags,
      .mss = static_cast<std::uint16_t>(options ? 1460 : 0),
      .window_scale = options ? std::uint8_t{7} : no_window_scale,
      .sack_permitted = options,
      .timestamps = options,
      .timestamp_value = 1};
}

test::TestPolicy proxy_policy() {
  test::TestPolicy policy = test::policy_with_mode(SynMode::proxy);
  policy.global.flow_capacity = 2048;
  policy.global.handshake_capacity = 2048;
  policy.global.source_capacity = 2048;
  return policy;
}

std::unique_ptr<Load> flood(Family family, std::uint8_t flags, bool options) {
  auto load = std::make_unique<Load>(proxy_policy());
  std::mt19937 random{2};
  for (std::size_t i = 0; i < flood_packets; ++i) {
    load->add(flood_segment(random, server(family), flags, options));
  }
  return load;
}

std::unique_ptr<Load> established(std::uint32_t connections) {
  auto load = std::make_unique<Load>(proxy_policy());
  for (std::uint32_t number = 0; number < connections; ++number) load->add_established(number);
  return load;
}

/// SYNs to all of 1,000 objects of one address each.
std::unique_ptr<Load> many_objects() {
  constexpr std::uint32_t objects = 1000;
  test::TestPolicy policy = proxy_policy();
  policy.global.object_capacity = objects;
  const test::TestObject model = policy.objects.front();
  policy.objects.clear();
  std::vector<Address> addresses;
  for (std::uint32_t i = 0; i < objects; ++i) {
    addresses.push_back(Address::from_ipv4(be32{0xc6120000U + i * 7}));
    test::TestObject object = model;
    object.name = "object" + std::to_string(i);
    object.prefixes = {addresses.back().to_string()};
    policy.objects.push_back(object);
  }
  auto load = std::make_unique<Load>(policy);
  std::mt19937 random{3};
  for (std::size_t i = 0; i < flood_packets; ++i) {
    load->add(flood_segment(random, addresses[random() % objects], tcp_flag::syn));
  }
  return load;
}

/// Nine SYNs of a flood for each segment of an established connection.
std::unique_ptr<Load> mixed() {
  auto load = std::make_unique<Load>(proxy_policy());
  std::mt19937 random{4};
  std::uint32_t connection = 0;
  for (std::size_t i = 0; i < flood_packets; ++i) {
    if (random() % 10 == 0) {
      load->add_established(connection++);
    } else {
      load->add(flood_segment(random, server(Family::ipv4), tcp_flag::syn));
    }
  }
  return load;
}

}  // namespace

Load::Load(const test::TestPolicy& policy)
    : ground_(policy),
      pipeline_(policy.global, 1, ground_.secret, ground_.keys, ground_.stats, ground_.meters) {}

Load::Buffer Load::write(const Segment& segment) {
  Buffer buffer;
  const std::size_t length =
      write_segment(buffer.bytes, link_header(segment.source.family()), segment);
  buffer.length = static_cast<std::uint32_t>(std::max(length, shortest_frame));
  return buffer;
}

void Load::add(const Segment& segment) {
  packets_.push_back(write(segment));
}

Frame Load::pass(Side from, const Segment& segment) {
  working_[0] = write(segment);
  std::array frames{Frame{
      .data = working_[0].bytes.data(), .length = working_[0].length, .capacity = reply_capacity}};
  std::array<Decision, 1> decisions;
  pipeline_.process(from, frames, decisions, ground_.policy, ground_.now);
  pipeline_.outbox().clear();
  return frames[0];
}

void Load::add_established(std::uint32_t number) {
  Segment segment = client_segment(number);
  segment.flags = tcp_flag::syn;
  const Frame answer = pass(Side::outside, segment);
  const std::uint32_t cookie = parse(answer).sequence;
  segment.flags = tcp_flag::ack;
  segment.sequence += 1;
  segment.acknowledgement = cookie + 1;
  (void)pass(Side::outside, segment);
  (void)pass(Side::inside, {.source = segment.destination,
                            .destination = segment.source,
                            .source_port = segment.destination_port,
                            .destination_port = segment.source_port,
                            .sequence = server_isn,
                            .acknowledgement = segment.sequence,
                            .window = 64'000,
                            .flags = tcp_flag::syn | tcp_flag::ack,
                            .mss = 1460});
  add(segment);
}

void Load::run(std::size_t bursts, bool counted) {
  std::array<Frame, max_burst> frames;
  for (std::size_t burst = 0; burst < bursts; ++burst) {
    for (std::size_t i = 0; i < max_burst; ++i) {
      working_[i] = packets_[next_];
      next_ = next_ + 1 == packets_.size() ? 0 : next_ + 1;
      frames[i] = {.data = working_[i].bytes.data(),
                   .length = working_[i].length,
                   .capacity = reply_capacity};
    }
    if (counted) {
      const Counted count;
      pipeline_.process(Side::outside, frames, decisions_, ground_.policy, ground_.now);
    } else {
      pipeline_.process(Side::outside, frames, decisions_, ground_.policy, ground_.now);
    }
    pipeline_.outbox().clear();
  }
}

std::vector<LoadRow> all_loads() {
  const auto flood_row = [](std::string name, Family family, std::uint8_t flags, bool options,
                            Verdict expected) {
    return LoadRow{.name = std::move(name), .expected = {expected}, .make = [=] {
                     return flood(family, flags, options);
                   }};
  };
  // Sizes in names are those on the wire, with the 4 bytes of the FCS.
  return {flood_row("synack_v4_64", Family::ipv4, tcp_flag::syn, false, Verdict::reply),
          flood_row("synack_v4_78", Family::ipv4, tcp_flag::syn, true, Verdict::reply),
          flood_row("synack_v6_78", Family::ipv6, tcp_flag::syn, false, Verdict::reply),
          flood_row("ack_invalid_64", Family::ipv4, tcp_flag::ack, false, Verdict::drop),
          {.name = "established_2e10",
           .expected = {Verdict::forward},
           .make = [] { return established(1024); }},
          {.name = "objects_1000", .expected = {Verdict::reply}, .make = many_objects},
          {.name = "mixed_90_10", .expected = {Verdict::reply, Verdict::forward}, .make = mixed}};
}

}  // namespace sekimori::bench
