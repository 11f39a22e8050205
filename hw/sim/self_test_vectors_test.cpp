// The vectors of the card's self-test are what software makes of their frames. With SEKIMORI_BLESS
// set this writes them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "dataplane/packet/headers.hpp"
#include "hw/host/self_test.hpp"
#include "hw/sim/dns_traffic.hpp"
#include "hw/sim/golden.hpp"
#include "hw/sim/traffic.hpp"

namespace sekimori {
namespace {

constexpr const char* path = "hw/host/self_test_vectors.hpp";
constexpr const char* suffix = "example.com";

struct Case {
  const char* what;
  Bytes frame;
};

std::string hex(const Bytes& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

Bytes acknowledgement(Random& random, const Golden& golden, bool right) {
  const CookieTuple tuple{.source = Address::parse("198.51.100.7").value(),
                          .destination = Address::parse("192.0.2.80").value(),
                          .source_port = 40000,
                          .destination_port = 443};
  const AgreedOptions agreed = representable({.mss_index = 3, .client_scale = 7, .sack = true});
  const std::uint32_t cookie =
      make_cookie(golden.keys().get(golden.slot()), tuple, golden.slot(), agreed, 1000);
  Packet packet{
      .source = tuple.source, .destination = tuple.destination, .protocol = protocol::tcp};
  packet.segment = TestSegment{.source_port = tuple.source_port,
                               .destination_port = tuple.destination_port,
                               .sequence = 1001,
                               .acknowledgement = cookie + (right ? 1 : 2),
                               .flags = tcp_flag::ack,
                               .window = 502}
                       .bytes(random);
  return packet.frame(random);
}

Bytes question(Random& random, const char* name) {
  Bytes message{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  const DnsName parsed = DnsName::from_text(name).value();
  message.insert(message.end(), parsed.bytes.begin(), parsed.bytes.begin() + parsed.length);
  message.insert(message.end(), {0, 1, 0, 1});
  Bytes segment(sizeof(UdpHeader) + message.size());
  store(segment.data(), UdpHeader{.source_port = be16{5353},
                                  .destination_port = be16{53},
                                  .length = be16{static_cast<std::uint16_t>(segment.size())},
                                  .checksum = {}});
  std::copy(message.begin(), message.end(), segment.begin() + sizeof(UdpHeader));
  return Packet{.source = Address::parse("198.51.100.7").value(),
                .destination = Address::parse("192.0.2.53").value(),
                .protocol = protocol::udp,
                .segment = segment}
      .frame(random);
}

std::vector<Case> cases(const Golden& golden) {
  Random random{1};
  const Address web = Address::parse("192.0.2.80").value();
  const Address web6 = Address::parse("2001:db8::80").value();
  Bytes damaged = linux_syn(random, web, 443);
  damaged.back() ^= 1;
  Bytes arp(60, 0);
  arp[12] = 0x08;
  arp[13] = 0x06;
  return {{"a SYN over IPv4", linux_syn(random, web, 443)},
          {"a SYN over IPv6", linux_syn(random, web6, 443)},
          {"a SYN to somebody else", linux_syn(random, Address::parse("203.0.113.1").value(), 80)},
          {"a SYN with a wrong checksum", damaged},
          {"a cookie that comes back", acknowledgement(random, golden, true)},
          {"a wrong cookie", acknowledgement(random, golden, false)},
          {"a DNS question in the suffix", question(random, "www.Example.com")},
          {"a DNS question elsewhere", question(random, "www.example.org")},
          {"an ARP request", arp}};
}

std::string vectors() {
  Golden golden{self_test_policy(), self_test_secret(), self_test_unix_ms};
  const DnsName name = DnsName::from_text(suffix).value();
  const SuffixHashes hashes{self_test_suffix_key, name};
  const SuffixSet set =
      SuffixSet::build(
          std::vector<SuffixSet::Entry>{{.suffix = name, .value = self_test_suffix_value}},
          self_test_suffix_key)
          .value();
  const SuffixHash hash = hashes.of[hashes.count - 1];
  std::string text =
      "// Written by hw/sim/self_test_vectors_test.cpp, which also checks it.\n\n#pragma once\n\n"
      "#include <array>\n\n#include \"hw/host/self_test.hpp\"\n\nnamespace sekimori {\n\n"
      "// clang-format off\n\n/// The hash of the one suffix in the table, " +
      std::string{suffix} + ".\ninline constexpr SuffixHash self_test_suffix_hash{\n    .place = " +
      std::to_string(hash.place) + "ULL,\n    .tag = " + std::to_string(hash.tag) + "ULL};\n\n";
  const std::vector<Case> all = cases(golden);
  text += "inline constexpr std::array<SelfTestVector, " + std::to_string(all.size()) +
          "> self_test_vectors{{\n";
  for (const Case& one : all) {
    Outcome outcome = golden.judge(one.frame);
    if (!outcome.back) add_suffix(outcome, set);
    text += "    {.what = \"" + std::string{one.what} + "\",\n     .frame = \"" + hex(one.frame) +
            "\",\n     .on = \"" + (outcome.back ? "" : hex(outcome.marked())) +
            "\",\n     .back = \"" + (outcome.back ? hex(outcome.frame) : "") + "\"},\n";
  }
  return text + "}};\n\n// clang-format on\n\n}  // namespace sekimori\n";
}

TEST(SelfTest, VectorsAreWhatSoftwareMakes) {
  const std::string wanted = vectors();
  if (std::getenv("SEKIMORI_BLESS") != nullptr) std::ofstream{path} << wanted;
  std::ifstream file{path};
  const std::string found{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace sekimori
