#include "dataplane/management/read_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "dataplane/management/bounds.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A set of one measure of the kind that `fill` gives it.
management::Measures one(const std::function<void(management::Measure&)>& fill) {
  management::Measures message;
  message.set_revision(9);
  management::Measure& measure = *message.add_measures();
  measure.set_object("web");
  measure.set_lifetime_ms(5'000);
  fill(measure);
  return message;
}

TEST(ReadMeasures, TakesEachKind) {
  struct Case {
    std::function<void(management::Measure&)> fill;
    MeasureKind kind;
  };
  const Case cases[]{
      {[](auto& m) { m.mutable_authenticate_sources()->set_syn_mode("bad-ack"); },
       AuthenticateSources{.mode = SynMode::bad_ack}},
      {[](auto& m) {
         m.mutable_block_sources()->add_sources("192.0.2.7");
         m.mutable_block_sources()->add_sources("2001:db8::/64");
       },
       BlockSources{{*Prefix::parse("192.0.2.7/32"), *Prefix::parse("2001:db8::/64")}}},
      {[](auto& m) {
         m.mutable_limit_traffic()->set_traffic_class("udp");
         m.mutable_limit_traffic()->set_packets_per_s(1'000);
         m.mutable_limit_traffic()->set_bits_per_s(8'000'000);
       },
       LimitTraffic{.traffic = TrafficClass::udp, .packets_per_s = 1'000, .bits_per_s = 8'000'000}},
      {[](auto& m) { m.mutable_limit_connections()->set_per_s(50); },
       LimitConnections{.per_s = 50}},
      {[](auto& m) { m.mutable_give_up_destination()->set_destination("192.0.2.10"); },
       GiveUpDestination{*Prefix::parse("192.0.2.10/32")}}};
  for (const Case& c : cases) {
    const auto set = read_measures(one(c.fill));
    ASSERT_TRUE(set.has_value()) << set.error();
    EXPECT_EQ(set->revision, 9U);
    ASSERT_EQ(set->measures.size(), 1U);
    EXPECT_EQ(set->measures[0].object, "web");
    EXPECT_EQ(set->measures[0].lifetime_ms, 5'000U);
    EXPECT_EQ(set->measures[0].kind, c.kind);
  }
}

TEST(ReadMeasures, NamesTheFieldAndTheRule) {
  struct Case {
    std::function<void(management::Measure&)> fill;
    const char* message;
  };
  const Case cases[]{
      {[](auto&) {}, "measures[0].kind: must be set to one that this dataplane knows"},
      {[](auto& m) { m.set_object(""); }, "measures[0].object: must be a name of 1 to 63 bytes"},
      {[](auto& m) { m.set_object(std::string(64, 'a')); }, "measures[0].object: must be a name"},
      {[](auto& m) { m.set_lifetime_ms(0); }, "measures[0].lifetime_ms: must be 1 to 604800000"},
      {[](auto& m) { m.set_lifetime_ms(604'800'001); }, "measures[0].lifetime_ms: must be 1 to"},
      {[](auto& m) { m.mutable_authenticate_sources()->set_syn_mode("off"); },
       "measures[0].authenticate_sources.syn_mode: 'off' must be one of proxy, reset, bad-ack, "
       "retransmit"},
      {[](auto& m) { m.mutable_authenticate_sources(); },
       "measures[0].authenticate_sources.syn_mode: '' must be one of"},
      {[](auto& m) { m.mutable_block_sources(); },
       "measures[0].block_sources.sources: must name at least one source"},
      {[](auto& m) {
         m.mutable_block_sources()->add_sources("192.0.2.7");
         m.mutable_block_sources()->add_sources("192.0.2.7/24");
       },
       "measures[0].block_sources.sources[1]: '192.0.2.7/24' must be an address or a prefix "
       "without bits behind its length"},
      {[](auto& m) { m.mutable_limit_traffic()->set_traffic_class("gre\n"); },
       "measures[0].limit_traffic.traffic_class: 'gre?' must be one of total, tcp, udp, icmp, "
       "fragment, other"},
      {[](auto& m) { m.mutable_give_up_destination()->set_destination("web"); },
       "measures[0].give_up_destination.destination: 'web' must be"}};
  for (const Case& c : cases) {
    const auto set = read_measures(one(c.fill));
    ASSERT_FALSE(set.has_value()) << c.message;
    EXPECT_THAT(set.error(), StartsWith(c.message));
  }
}

TEST(ReadMeasures, AreBounded) {
  management::Measures many;
  for (std::size_t i = 0; i <= ManagementBounds::max_measures; ++i) many.add_measures();
  EXPECT_EQ(read_measures(many).error(), "measures: must be at most 16384");

  const auto with_sources = [](std::size_t count) {
    return one([count](management::Measure& m) {
      for (std::size_t i = 0; i < count; ++i) m.mutable_block_sources()->add_sources("192.0.2.7");
    });
  };
  EXPECT_TRUE(read_measures(with_sources(ManagementBounds::max_sources)).has_value());
  EXPECT_THAT(read_measures(with_sources(ManagementBounds::max_sources + 1)).error(),
              HasSubstr("measures[0].block_sources.sources: must be at most 131072"));
  EXPECT_LT(with_sources(ManagementBounds::max_sources).ByteSizeLong(),
            ManagementBounds::max_message_bytes);
}

TEST(ReadCookieKeys, TakesKeysAndNeverShowsThem) {
  management::CookieKeys message;
  management::CookieKey& key = *message.add_keys();
  key.set_slot(17);
  key.set_key(std::string("\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0", 16));
  const auto keys = read_cookie_keys(message);
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->front().slot, 17U);
  EXPECT_EQ(keys->front().key, (SipKey{.k0 = 1, .k1 = 2}));

  message.add_keys()->set_key("secret");
  EXPECT_EQ(read_cookie_keys(message).error(), "keys[1].key: must have 16 bytes");
  management::CookieKeys many;
  for (std::size_t i = 0; i <= ManagementBounds::max_cookie_keys; ++i) many.add_keys();
  EXPECT_EQ(read_cookie_keys(many).error(), "keys: must be at most 2048");
}

}  // namespace
}  // namespace sekimori
