#include "hw/sim/dns_traffic.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/parse.hpp"
#include "hw/sim/golden.hpp"

namespace sekimori {
namespace {

constexpr std::uint16_t dns_port = 53;

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

Bytes random_bytes(Random& random, std::size_t count) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) byte = random.byte();
  return bytes;
}

std::string random_label(Random& random) {
  constexpr std::array<std::uint32_t, 12> sizes{1, 2, 3, 4, 6, 7, 8, 9, 15, 16, 17, 63};
  const std::uint32_t which = random.below(12) < 9 ? random.below(9) : random.below(12);
  return std::string(sizes[which], static_cast<char>('a' + random.below(3)));
}

Bytes label_of(Random& random, std::size_t size) {
  Bytes label{static_cast<std::uint8_t>(size)};
  append(label, random_bytes(random, size));
  return label;
}

/// Names that break a rule, or nearly.
Bytes odd_name(Random& random) {
  Bytes name;
  switch (random.below(7)) {
    case 0:  // compressed
      return {3, 'w', 'w', 'w', 0xc0, 12};
    case 1:  // a reserved type
      return {static_cast<std::uint8_t>(64 + random.below(128)), 1, 2, 3, 0};
    case 2:  // the root
      return {0};
    case 3:  // up to 255 bytes and more, in labels of one letter
      for (std::uint32_t i = 122 + random.below(8); i > 0; --i) append(name, {1, 'x'});
      break;
    case 4:  // the same in long labels
      for (int i = 0; i < 3; ++i) append(name, label_of(random, 63));
      append(name, label_of(random, 58 + random.below(6)));
      break;
    default:
      return random_bytes(random, random.below(40));
  }
  name.push_back(0);
  return name;
}

Headers headers_of(Bytes frame) {
  return parse({.data = frame.data(),
                .length = static_cast<std::uint32_t>(frame.size()),
                .capacity = static_cast<std::uint32_t>(frame.size())});
}

Outcome outcome_of(const Bytes& frame, std::uint32_t ingress_ms) {
  Outcome outcome{.frame = frame};
  outcome.begin_mark();
  outcome.mark[metadata::at_flags] = parse_flags(headers_of(frame));
  store(outcome.mark.data() + metadata::at_ingress_ms, be32{ingress_ms});
  return outcome;
}

}  // namespace

std::string random_name(Random& random, unsigned max_labels) {
  std::string name = random_label(random);
  for (std::uint32_t more = random.below(max_labels); more > 0; --more) {
    name += '.' + random_label(random);
  }
  return name;
}

std::vector<SuffixSet::Entry> random_suffixes(Random& random, std::size_t count) {
  std::set<std::string> seen;
  std::vector<SuffixSet::Entry> suffixes;
  while (suffixes.size() < count) {
    const auto name = DnsName::from_text(random_name(random, SuffixSet::max_depth));
    if (!name || !seen.insert(name->to_text()).second) continue;
    const auto value = static_cast<std::uint16_t>(1 + random.below(65535));
    suffixes.push_back({.suffix = *name, .value = value});
  }
  return suffixes;
}

Bytes wire_name(Random& random, const DnsName& name) {
  Bytes bytes(name.bytes.begin(), name.bytes.begin() + name.length);
  for (std::uint8_t& byte : bytes) {
    if (byte >= 'a' && byte <= 'z' && random.chance(1, 3)) byte ^= 0x20;
  }
  return bytes;
}

DnsName random_question(Random& random, const std::vector<SuffixSet::Entry>& suffixes) {
  while (true) {
    std::string text;
    if (suffixes.empty() || random.chance(1, 4)) {
      text = random_name(random, 10);
    } else {
      const auto which = random.below(static_cast<std::uint32_t>(suffixes.size()));
      text = suffixes[which].suffix.to_text();
      if (random.chance(3, 4)) text = random_name(random, 4) + '.' + text;
    }
    if (const auto name = DnsName::from_text(text)) return *name;
  }
}

Bytes dns_message(Random& random, const Bytes& name, std::size_t extra) {
  Bytes message = random_bytes(random, 12 + name.size() + extra);
  message[4] = 0;
  message[5] = static_cast<std::uint8_t>(random.chance(1, 32) ? 0 : 1);
  std::ranges::copy(name, message.begin() + 12);
  return message;
}

Bytes dns_frame(Random& random, const Bytes& message) {
  const bool ipv6 = random.chance(1, 2);
  Packet packet = random_packet(random, random_source(random, ipv6), random_source(random, ipv6));
  if (random.chance(7, 8)) packet.fragment = 0;
  packet.protocol = protocol::udp;
  packet.segment = random_bytes(random, sizeof(UdpHeader));
  if (random.chance(15, 16)) {
    store(packet.segment.data() + (random.chance(1, 4) ? 0 : 2), be16{dns_port});
  }
  store(packet.segment.data() + 4,
        be16{static_cast<std::uint16_t>(sizeof(UdpHeader) + message.size())});
  append(packet.segment, message);
  return packet.frame(random);
}

Bytes dns_bench_frame(Random& random, const std::vector<SuffixSet::Entry>& suffixes) {
  if (random.chance(1, 8)) {
    const bool ipv6 = random.chance(1, 2);
    return random_packet(random, random_source(random, ipv6), random_source(random, ipv6))
        .frame(random);
  }
  const Bytes name =
      random.chance(1, 8) ? odd_name(random) : wire_name(random, random_question(random, suffixes));
  std::size_t extra = 4 + random.below(40);
  if (random.chance(1, 16)) extra = random.below(6);
  if (random.chance(1, 32)) extra = random.below(8000);
  Bytes message = dns_message(random, name, extra);
  if (random.chance(1, 16)) {
    message.resize(random.below(static_cast<std::uint32_t>(message.size() + 1)));
  }
  Bytes frame = dns_frame(random, message);
  if (random.chance(1, 32)) damage(random, frame);
  // A frame on the wire has at least 60 bytes.
  while (frame.size() < 60) frame.push_back(random.byte());
  return frame;
}

Bytes with_metadata(const Bytes& frame, std::uint32_t ingress_ms) {
  return outcome_of(frame, ingress_ms).marked();
}

void add_suffix(Outcome& outcome, const SuffixSet& set) {
  const Headers headers = headers_of(outcome.frame);
  if (headers.kind != Kind::udp || headers.fault) return;
  if (headers.source_port != dns_port && headers.destination_port != dns_port) return;
  const std::size_t start = headers.transport_offset + sizeof(UdpHeader);
  const auto message = std::span{outcome.frame}.subspan(start, headers.ip_end - start);
  DnsName name;
  if (read_question_name(message, name) != DnsQuestionFault::none) return;
  const std::uint16_t value = set.find(name);
  if (value == SuffixSet::none) return;
  outcome.mark[metadata::at_flags] |= metadata::dns_matched;
  store(outcome.mark.data() + metadata::at_suffix, be16{value});
}

Bytes with_suffix(const Bytes& frame, std::uint32_t ingress_ms, const SuffixSet& set) {
  Outcome outcome = outcome_of(frame, ingress_ms);
  add_suffix(outcome, set);
  return outcome.marked();
}

}  // namespace sekimori
