#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/state/measures_in_force.hpp"
#include "dataplane/state/policy_tables.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori {
namespace {

using test::build_image;
using test::TestObject;
using test::TestPolicy;
using testing::HasSubstr;

Prefix prefix(const char* text) {
  return *Prefix::parse(text);
}

Address address(const char* text) {
  return *Address::parse(text);
}

TestPolicy two_objects() {
  TestObject web{.name = "web",
                 .prefixes = {"192.0.2.0/28"},
                 .services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
                              {.first_port = 80, .last_port = 80, .syn_mode = SynMode::off}},
                 .allow = {"203.0.113.0/24"},
                 .block = {"203.0.113.7"}};
  web.settings.limits[0] = {.packets_per_s = 100, .bits_per_s = 1000};
  web.settings.new_connections_per_s = 50;
  return {.objects = {web, {.name = "mail", .prefixes = {"192.0.2.32/28"}}}};
}

class MeasuredTables : public testing::Test {
 protected:
  ObjectSlots slots_{16};
  PolicyTables plain_ = *PolicyTables::build(build_image(two_objects()), slots_);

  PolicyTables with(const std::vector<Measure>& measures) const {
    auto tables = plain_.with_measures(measures);
    EXPECT_TRUE(tables.has_value()) << tables.error();
    return std::move(*tables);
  }
};

constexpr std::uint32_t web = 0;
constexpr std::uint32_t mail = 1;

TEST_F(MeasuredTables, FindObjectsByName) {
  EXPECT_EQ(plain_.find_object("web"), web);
  EXPECT_EQ(plain_.find_object("mail"), mail);
  EXPECT_FALSE(plain_.find_object("shop"));
}

TEST_F(MeasuredTables, AuthenticateThePortsThatAreOff) {
  const PolicyTables tables = with({{.object = "web", .kind = AuthenticateSources{}}});
  const ProtectedObject& object = tables.protected_object(web);
  EXPECT_TRUE(object.authenticates_tcp);
  EXPECT_EQ(tables.syn_mode(object, 25), SynMode::retransmit);
  EXPECT_EQ(tables.syn_mode(object, 80), SynMode::proxy);
  EXPECT_EQ(tables.syn_mode(object, 443), SynMode::proxy);
  EXPECT_EQ(tables.syn_mode(tables.protected_object(mail), 80), SynMode::off);
  EXPECT_FALSE(tables.protected_object(mail).authenticates_tcp);
  EXPECT_EQ(plain_.syn_mode(plain_.protected_object(web), 80), SynMode::off);
}

TEST_F(MeasuredTables, AuthenticateAnObjectWithoutServices) {
  const PolicyTables tables =
      with({{.object = "mail", .kind = AuthenticateSources{.mode = SynMode::reset}}});
  EXPECT_EQ(tables.syn_mode(tables.protected_object(mail), 80), SynMode::reset);
  EXPECT_TRUE(tables.protected_object(mail).authenticates_tcp);
}

TEST_F(MeasuredTables, BlockSourcesOfOneObject) {
  const PolicyTables tables =
      with({{.object = "web", .kind = BlockSources{{prefix("198.51.100.0/24")}}},
            {.object = "web", .kind = BlockSources{{prefix("2001:db8:7::/64")}}}});
  EXPECT_TRUE(tables.any_source_blocked());
  EXPECT_FALSE(tables.any_destination_given_up());
  const ProtectedObject& object = tables.protected_object(web);
  EXPECT_TRUE(tables.blocks(object, address("198.51.100.9")));
  EXPECT_TRUE(tables.blocks(object, address("2001:db8:7::9")));
  EXPECT_FALSE(tables.blocks(object, address("198.51.101.9")));
  EXPECT_FALSE(tables.blocks(tables.protected_object(mail), address("198.51.100.9")));
}

TEST_F(MeasuredTables, LimitInPlaceOfThePolicy) {
  const PolicyTables tables = with(
      {{.object = "web",
        .kind = LimitTraffic{.traffic = TrafficClass::total, .packets_per_s = 0, .bits_per_s = 0}},
       {.object = "mail",
        .kind = LimitTraffic{.traffic = TrafficClass::udp, .packets_per_s = 7, .bits_per_s = 8}},
       {.object = "web", .kind = LimitConnections{.per_s = 9}}});
  EXPECT_FALSE(tables.protected_object(web).limited);
  EXPECT_EQ(tables.object(web).new_connections_per_s, 9U);
  EXPECT_TRUE(tables.protected_object(mail).limited);
  EXPECT_EQ(tables.object(mail).limit(TrafficClass::udp).packets_per_s, 7U);
  EXPECT_EQ(tables.object(mail).limit(TrafficClass::udp).bits_per_s, 8U);
  EXPECT_EQ(tables.object(mail).limit(TrafficClass::total).packets_per_s, 0U);
  EXPECT_EQ(tables.object(mail).new_connections_per_s, 0U);
}

TEST_F(MeasuredTables, GiveUpOneAddressOfAnObject) {
  const PolicyTables tables =
      with({{.object = "web", .kind = GiveUpDestination{prefix("192.0.2.3")}}});
  EXPECT_TRUE(tables.any_destination_given_up());
  EXPECT_TRUE(tables.gives_up(tables.protected_object(web), address("192.0.2.3")));
  EXPECT_FALSE(tables.gives_up(tables.protected_object(web), address("192.0.2.4")));
  EXPECT_FALSE(tables.gives_up(tables.protected_object(mail), address("192.0.2.3")));
}

TEST_F(MeasuredTables, AreRefusedWithTheIndexTheFieldAndTheRule) {
  const Measure right{.object = "web", .kind = AuthenticateSources{}};
  struct Row {
    Measure wrong;
    const char* message;
  };
  const Row rows[]{{{.object = "shop", .kind = AuthenticateSources{}},
                    "measures[1].object: the policy in force has no object of this name"},
                   {{.object = "web", .kind = AuthenticateSources{.mode = SynMode::reset}},
                    "measures[1].kind: an earlier measure says the same of this object"},
                   {{.object = "web", .kind = GiveUpDestination{prefix("192.0.2.32")}},
                    "measures[1].give_up_destination.destination: is no address of this object"},
                   {{.object = "web", .kind = GiveUpDestination{prefix("203.0.113.1")}},
                    "measures[1].give_up_destination.destination: is no address of this object"}};
  for (const Row& row : rows) {
    const auto tables = plain_.with_measures(std::vector{right, row.wrong});
    ASSERT_FALSE(tables.has_value()) << row.message;
    EXPECT_EQ(tables.error(), row.message);
  }
  const Measure limit{.object = "web", .kind = LimitTraffic{.traffic = TrafficClass::udp}};
  const Measure other{.object = "web", .kind = LimitTraffic{.traffic = TrafficClass::tcp}};
  EXPECT_TRUE(plain_.with_measures(std::vector{limit, other}).has_value());
  EXPECT_FALSE(plain_.with_measures(std::vector{limit, limit}).has_value());
}

TEST_F(MeasuredTables, ReplaceThoseOfAnEarlierSet) {
  const PolicyTables first = with({{.object = "web", .kind = AuthenticateSources{}},
                                   {.object = "web", .kind = LimitConnections{.per_s = 9}}});
  const auto second =
      first.with_measures(std::vector{Measure{.object = "mail", .kind = AuthenticateSources{}}});
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->syn_mode(second->protected_object(web), 443), SynMode::off);
  EXPECT_EQ(second->object(web).new_connections_per_s, 50U);
  EXPECT_EQ(second->syn_mode(second->protected_object(mail), 443), SynMode::proxy);
  const auto none = second->with_measures({});
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(none->syn_mode(none->protected_object(mail), 443), SynMode::off);
}

TEST_F(MeasuredTables, OutliveTheGenerationThatTheyWereMadeOf) {
  auto first = std::make_unique<PolicyTables>(with({}));
  auto second =
      first->with_measures(std::vector{Measure{.object = "web", .kind = AuthenticateSources{}}});
  first.reset();
  ASSERT_TRUE(second.has_value());
  const PolicyTables moved = std::move(*second);
  EXPECT_EQ(moved.destinations().find(address("192.0.2.1")), web);
  EXPECT_EQ(moved.image().name(moved.object(web)), "web");
  EXPECT_EQ(moved.syn_mode(moved.protected_object(web), 80), SynMode::proxy);
}

Measure lasting(const char* object, std::uint32_t lifetime_ms) {
  return {.object = object, .lifetime_ms = lifetime_ms, .kind = AuthenticateSources{}};
}

std::vector<std::string> objects_of(const std::vector<Measure>& measures) {
  std::vector<std::string> names;
  for (const Measure& measure : measures) names.push_back(measure.object);
  return names;
}

using Names = std::vector<std::string>;

TEST(MeasuresInForce, EndByThemselves) {
  MeasuresInForce measures;
  EXPECT_FALSE(measures.next_end_ms());
  measures.set(4, {lasting("a", 300), lasting("b", 100), lasting("c", 200)}, 1'000);
  EXPECT_EQ(measures.revision(), 4U);
  EXPECT_EQ(measures.next_end_ms(), 1'100U);
  EXPECT_TRUE(measures.end_expired(1'099).empty());
  EXPECT_EQ(objects_of(measures.end_expired(1'100)), Names{"b"});
  EXPECT_EQ(objects_of(measures.measures()), (Names{"a", "c"}));
  EXPECT_EQ(measures.next_end_ms(), 1'200U);
  EXPECT_EQ(objects_of(measures.end_expired(5'000)), (Names{"a", "c"}));
  EXPECT_TRUE(measures.measures().empty());
  EXPECT_EQ(measures.revision(), 4U);
}

TEST(MeasuresInForce, BeginAnewWithEachSet) {
  MeasuresInForce measures;
  measures.set(1, {lasting("a", 100)}, 1'000);
  measures.set(2, {lasting("a", 100)}, 1'050);
  EXPECT_TRUE(measures.end_expired(1'100).empty());
  EXPECT_EQ(measures.end_expired(1'150).size(), 1U);
  measures.set(3, {}, 1'200);
  EXPECT_EQ(measures.revision(), 3U);
  EXPECT_FALSE(measures.next_end_ms());
}

TEST(MeasuresInForce, KnowASetThatSaysTheSame) {
  MeasuresInForce measures;
  EXPECT_TRUE(measures.say({}));
  measures.set(1, {lasting("a", 100), lasting("b", 100)}, 1'000);
  EXPECT_TRUE(measures.say(std::vector{lasting("a", 100), lasting("b", 7)}));
  EXPECT_FALSE(measures.say(std::vector{lasting("b", 100), lasting("a", 100)}));
  EXPECT_FALSE(measures.say(std::vector{lasting("a", 100)}));
  Measure other = lasting("b", 100);
  other.kind = LimitConnections{5};
  EXPECT_FALSE(measures.say(std::vector{lasting("a", 100), other}));
}

TEST(MeasuresInForce, EndWithTheObjectThatTheyAreAbout) {
  ObjectSlots slots{16};
  const auto policy = PolicyTables::build(
      build_image({.objects = {{.name = "web", .prefixes = {"192.0.2.1"}}}}), slots);
  MeasuresInForce measures;
  Measure moved = lasting("web", 1'000);
  moved.kind = GiveUpDestination{prefix("192.0.2.2")};
  measures.set(1, {lasting("mail", 500), lasting("web", 700), moved}, 0);
  EXPECT_EQ(objects_of(measures.end_refused_by(*policy)), (Names{"mail", "web"}));
  EXPECT_EQ(measures.measures(), std::vector{lasting("web", 700)});
  EXPECT_EQ(measures.next_end_ms(), 700U);
}

TEST(MeasuresInForce, NameTheirKinds) {
  EXPECT_EQ(kind_name({.object = "a", .kind = AuthenticateSources{}}), "authenticate_sources");
  EXPECT_EQ(kind_name({.object = "a", .kind = GiveUpDestination{}}), "give_up_destination");
}

}  // namespace
}  // namespace sekimori
