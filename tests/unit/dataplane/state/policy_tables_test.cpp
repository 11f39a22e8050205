#include "dataplane/state/policy_tables.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_policy.hpp"

namespace sekimori {
namespace {

using test::build_image;
using test::TestObject;
using test::TestPolicy;

TEST(ObjectSlots, KeepANamesSlotForever) {
  ObjectSlots slots{2};
  EXPECT_EQ(slots.slot("a"), 0U);
  EXPECT_EQ(slots.slot("b"), 1U);
  EXPECT_EQ(slots.slot("a"), 0U);
  EXPECT_EQ(slots.used(), 2U);
  EXPECT_FALSE(slots.slot("c"));
  EXPECT_EQ(slots.slot("b"), 1U);
}

TEST(PolicyTables, GiveObjectsTheSlotsOfTheirNamesAcrossGenerations) {
  ObjectSlots slots{3};
  const TestPolicy first{.objects = {{.name = "web", .prefixes = {"192.0.2.1"}},
                                     {.name = "mail", .prefixes = {"192.0.2.2"}}}};
  const TestPolicy second{.objects = {{.name = "mail", .prefixes = {"192.0.2.2"}},
                                      {.name = "dns", .prefixes = {"192.0.2.3"}}}};
  const auto a = PolicyTables::build(build_image(first), slots);
  const auto b = PolicyTables::build(build_image(second), slots);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->object_slot(0), 0U);
  EXPECT_EQ(a->object_slot(1), 1U);
  EXPECT_EQ(b->object_slot(0), 1U);
  EXPECT_EQ(b->object_slot(1), 2U);
}

TEST(PolicyTables, AreRefusedWhenTheSlotsRunOut) {
  ObjectSlots slots{1};
  ASSERT_TRUE(PolicyTables::build(build_image({.objects = {{.name = "web"}}}), slots));
  const auto refused = PolicyTables::build(build_image({.objects = {{.name = "mail"}}}), slots);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("tables.objects"), std::string::npos) << refused.error();
}

TEST(PolicyTables, FindObjectsAndSources) {
  ObjectSlots slots{16};
  const TestPolicy policy{
      .allow = {"203.0.113.0/24"},
      .block = {"203.0.113.9"},
      .objects = {{.name = "net", .prefixes = {"192.0.2.0/24"}},
                  {.name = "host", .prefixes = {"192.0.2.10"}, .block = {"2001:db8:bad::/48"}}}};
  const auto tables = PolicyTables::build(build_image(policy), slots);
  ASSERT_TRUE(tables);
  EXPECT_EQ(tables->destinations().find(*Address::parse("192.0.2.9")), 0U);
  EXPECT_EQ(tables->destinations().find(*Address::parse("192.0.2.10")), 1U);
  EXPECT_EQ(tables->destinations().find(*Address::parse("192.0.3.1")), PrefixMap::none);
  EXPECT_FALSE(tables->source_lists_empty());
  const auto box = [&](const char* address) {
    return tables->source_list(0).find(*Address::parse(address));
  };
  EXPECT_EQ(box("203.0.113.1"), static_cast<std::uint32_t>(SourceAction::allow));
  EXPECT_EQ(box("203.0.113.9"), static_cast<std::uint32_t>(SourceAction::block));
  EXPECT_EQ(box("203.0.114.1"), PrefixMap::none);
  EXPECT_EQ(tables->object(0).source_list, 0U);
  EXPECT_EQ(
      tables->source_list(tables->object(1).source_list).find(*Address::parse("2001:db8:bad::1")),
      static_cast<std::uint32_t>(SourceAction::block));
}

TEST(PolicyTables, KnowTheModeOfEveryPort) {
  ObjectSlots slots{16};
  TestObject object{
      .services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
                   {.first_port = 80, .last_port = 90, .syn_mode = SynMode::off},
                   {.first_port = 65535, .last_port = 65535, .syn_mode = SynMode::reset}}};
  object.settings.syn_mode = SynMode::proxy;
  const TestObject plain{.name = "plain", .prefixes = {"192.0.2.11"}};
  const auto tables = PolicyTables::build(build_image({.objects = {object, plain}}), slots);
  ASSERT_TRUE(tables);
  struct Row {
    std::uint16_t port;
    SynMode mode;
  };
  for (const Row& row :
       {Row{1, SynMode::proxy}, Row{24, SynMode::proxy}, Row{25, SynMode::retransmit},
        Row{26, SynMode::proxy}, Row{79, SynMode::proxy}, Row{80, SynMode::off},
        Row{85, SynMode::off}, Row{90, SynMode::off}, Row{91, SynMode::proxy},
        Row{65534, SynMode::proxy}, Row{65535, SynMode::reset}}) {
    EXPECT_EQ(tables->syn_mode(tables->protected_object(0), row.port), row.mode) << row.port;
    EXPECT_EQ(tables->syn_mode(tables->protected_object(1), row.port), SynMode::off) << row.port;
  }
}

}  // namespace
}  // namespace sekimori
