#include "control/compile/compile.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

PolicyImage compiled(std::string_view toml) {
  const auto policy = read_policy(toml, "p");
  if (!policy) {
    ADD_FAILURE() << policy.error().text();
    return *PolicyImage::build(policy_contents(*read_policy("", "")));
  }
  auto image = compile_policy(*policy);
  if (!image) ADD_FAILURE() << image.error();
  return std::move(*image);
}

constexpr std::string_view everything = R"(
[box]
unprotected = "drop"
unknown_ethertype = "drop"
allow = ["192.0.2.1"]
block = ["192.0.2.0/24"]
reply_limit = 7
[authentication]
lifetime = "8m"
retransmit_min = "9ms"
retransmit_max = "10s"
[timeouts]
established = "11m"
half_closed = "12s"
closed = "13s"
server_syn = "140ms"
server_syn_retries = 5
[tables]
flows = 16
handshakes = 17
hold_segments = 18
hold_segments_per_flow = 19
sources = 20
backends = 21
objects = 22
[[object]]
name = "first"
prefixes = ["10.0.0.1", "2001:db8::/64"]
[[object]]
name = "second"
prefixes = ["10.0.0.0/8"]
allow = ["203.0.113.0/24"]
block = ["203.0.113.7"]
syn = "bad-ack"
fragments = "drop"
unparsed = "pass"
unknown_ack = "rst"
new_connections = "23k"
[object.server]
mss_ipv4 = 1401
mss_ipv6 = 1402
window_scale = 3
sack = false
timestamps = true
syn_ack_window = 5000
[object.limit.total]
packets = 24
bits = "25k"
[object.limit.other]
packets = 26
[[object.service]]
ports = "8000-8100"
syn = "reset"
[[object.service]]
ports = 25
syn = "retransmit"
)";

TEST(Compile, CarriesTheBoxOver) {
  const PolicyImage image = compiled(everything);
  const GlobalRecord& g = image.global();
  EXPECT_EQ(g.unprotected, Action::drop);
  EXPECT_EQ(g.unknown_ethertype, Action::drop);
  EXPECT_EQ(g.reply_limit_pps, 7U);
  EXPECT_EQ(g.authenticated_lifetime_s, 480U);
  EXPECT_EQ(g.retransmit_min_ms, 9U);
  EXPECT_EQ(g.retransmit_max_ms, 10'000U);
  EXPECT_EQ(g.established_timeout_s, 660U);
  EXPECT_EQ(g.half_closed_timeout_s, 12U);
  EXPECT_EQ(g.closed_timeout_s, 13U);
  EXPECT_EQ(g.server_syn_timeout_ms, 140U);
  EXPECT_EQ(g.server_syn_retries, 5U);
  EXPECT_EQ(g.flow_capacity, 16U);
  EXPECT_EQ(g.handshake_capacity, 17U);
  EXPECT_EQ(g.hold_capacity, 18U);
  EXPECT_EQ(g.hold_segments_per_flow, 19U);
  EXPECT_EQ(g.source_capacity, 20U);
  EXPECT_EQ(g.backend_capacity, 21U);
  EXPECT_EQ(g.object_capacity, 22U);
}

TEST(Compile, CarriesObjectsOver) {
  const PolicyImage image = compiled(everything);
  ASSERT_EQ(image.objects().size(), 2U);
  const ObjectRecord& o = image.objects()[1];
  EXPECT_EQ(image.name(o), "second");
  EXPECT_EQ(o.syn_mode, SynMode::bad_ack);
  EXPECT_EQ(o.fragments, Action::drop);
  EXPECT_EQ(o.unparsed, Action::pass);
  EXPECT_EQ(o.unknown_ack_reply, UnknownAckReply::rst);
  EXPECT_EQ(o.new_connections_per_s, 23'000U);
  EXPECT_EQ(o.assumed_mss_ipv4, 1'401);
  EXPECT_EQ(o.assumed_mss_ipv6, 1'402);
  EXPECT_EQ(o.assumed_window_scale, 3);
  EXPECT_EQ(o.assumed_sack, 0);
  EXPECT_EQ(o.assumed_timestamps, 1);
  EXPECT_EQ(o.syn_ack_window, 5'000);
  EXPECT_EQ(o.limit(TrafficClass::total).packets_per_s, 24U);
  EXPECT_EQ(o.limit(TrafficClass::total).bits_per_s, 25'000U);
  EXPECT_EQ(o.limit(TrafficClass::other).packets_per_s, 26U);
  EXPECT_EQ(o.limit(TrafficClass::tcp).packets_per_s, 0U);

  ASSERT_EQ(image.prefixes().size(), 3U);
  EXPECT_EQ(image.prefixes()[1].prefix.to_string(), "2001:db8::/64");
  EXPECT_EQ(image.prefixes()[1].object, 0U);
  EXPECT_EQ(image.prefixes()[2].object, 1U);
}

TEST(Compile, SortsServicesByPort) {
  const PolicyImage image = compiled(everything);
  const auto services = image.services();
  ASSERT_EQ(services.size(), 2U);
  EXPECT_EQ(services[0].first_port, 25);
  EXPECT_EQ(services[0].last_port, 25);
  EXPECT_EQ(services[0].syn_mode, SynMode::retransmit);
  EXPECT_EQ(services[1].first_port, 8'000);
  EXPECT_EQ(services[1].last_port, 8'100);
  EXPECT_EQ(image.objects()[0].service_count, 0U);
  EXPECT_EQ(image.objects()[1].service_count, 2U);
}

TEST(Compile, GivesListsOnlyToObjectsThatHaveSome) {
  const PolicyImage image = compiled(everything);
  ASSERT_EQ(image.source_lists().size(), 2U);
  EXPECT_EQ(image.objects()[0].source_list, 0U);
  EXPECT_EQ(image.objects()[1].source_list, 1U);
  const SourceListRecord& own = image.source_lists()[1];
  const auto entries = image.source_entries().subspan(own.first_entry, own.entry_count);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].prefix.to_string(), "203.0.113.0/24");
  EXPECT_EQ(entries[0].action, SourceAction::allow);
  EXPECT_EQ(entries[1].prefix.to_string(), "203.0.113.7/32");
  EXPECT_EQ(entries[1].action, SourceAction::block);
}

TEST(Compile, FillsInTheDefaults) {
  const PolicyImage image = compiled("[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]");
  const GlobalRecord& g = image.global();
  EXPECT_EQ(g.unprotected, Action::pass);
  EXPECT_EQ(g.reply_limit_pps, 1'000U);
  EXPECT_EQ(g.established_timeout_s, 3'600U);
  EXPECT_EQ(g.flow_capacity, 1'048'576U);
  const ObjectRecord& o = image.objects()[0];
  EXPECT_EQ(o.syn_mode, SynMode::off);
  EXPECT_EQ(o.fragments, Action::pass);
  EXPECT_EQ(o.unparsed, Action::drop);
  EXPECT_EQ(o.unknown_ack_reply, UnknownAckReply::none);
  EXPECT_EQ(o.assumed_mss_ipv4, 1'460);
  EXPECT_EQ(o.assumed_sack, 1);
  EXPECT_EQ(o.syn_ack_window, 14'600);
}

TEST(Compile, GivesTheSameImageForTheSamePolicy) {
  EXPECT_EQ(compiled(everything).id(), compiled(everything).id());
  EXPECT_TRUE(compiled("").objects().empty());
}

}  // namespace
}  // namespace sekimori
