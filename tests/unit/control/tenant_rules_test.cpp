#include "control/model/tenant_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

std::string faults(std::string_view toml) {
  const auto policy = read_policy(toml, "p");
  return policy ? "" : policy.error().text();
}

std::string object(const std::string& more) {
  return "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n" + more;
}

TEST(TenantRules, TenantsHaveNamesOfTheirOwn) {
  EXPECT_EQ(faults("[[tenant]]\nname = \"kita\"\n[[tenant]]\nname = \"minami\"\n"
                   "[[tenant]]\nname = \"kita\"\n"),
            "p:6:8: tenant.name: \"kita\" is also the name of the tenant in line 1 (no two tenants "
            "share a name); write for example \"kita-2\"\n");
}

TEST(TenantRules, TheTenantOfAnObjectIsThere) {
  const std::string tenants = "[[tenant]]\nname = \"kita\"\n[[tenant]]\nname = \"minami\"\n";
  EXPECT_EQ(faults(tenants + object("tenant = \"kita\"")), "");
  EXPECT_EQ(faults(tenants + object("tenant = \"\"")), "");
  EXPECT_EQ(faults(tenants + object("tenant = \"minmi\"")),
            "p:8:10: object.tenant: \"minmi\" is no tenant (the name of a [[tenant]]); did you "
            "mean \"minami\"?\n");
  EXPECT_EQ(faults(object("tenant = \"kita\"")),
            "p:4:10: object.tenant: \"kita\" is no tenant (the name of a [[tenant]]); add a "
            "[[tenant]] of that name\n");
}

TEST(TenantRules, NoThresholdPassesTheCapacity) {
  const std::string capacity =
      "[object.capacity]\npackets = \"10k\"\nbits = \"1M\"\nnew_connections = 100\n"
      "[object.threshold]\n";
  EXPECT_EQ(faults(object(capacity + "packets = \"10k\"\nsyn = \"10k\"\nbits = \"1M\"\n"
                                     "new_connections = 100\nnew_sources = \"1M\"")),
            "");
  EXPECT_EQ(faults(object(capacity + "syn = \"11k\"")),
            "p:9:7: object.threshold.syn: 11k is above object.capacity.packets, which is 10k "
            "(traffic that the servers cannot bear is not normal); the most is 10k\n");
  EXPECT_EQ(faults(object(capacity + "bits = \"2M\"")),
            "p:9:8: object.threshold.bits: 2M is above object.capacity.bits, which is 1M "
            "(traffic that the servers cannot bear is not normal); the most is 1M\n");
  EXPECT_EQ(faults(object(capacity + "new_connections = 101")),
            "p:9:19: object.threshold.new_connections: 101 is above "
            "object.capacity.new_connections, which is 100 (traffic that the servers cannot bear "
            "is not normal); the most is 100\n");
  EXPECT_EQ(faults(object("threshold.syn = \"1M\"\ncapacity.bits = 1")), "");
}

TEST(TenantRules, ContactsCanBeReached) {
  EXPECT_EQ(faults("[notify.operators]\nmail = [\"noc@example.com\"]"),
            "p:1:1: notify.operators.mail: cannot be used without notify.smtp (who is named gets "
            "notices); add to [notify] for example smtp = \"smtp://mail.example.com:25\"\n"
            "p:1:1: notify.operators.mail: cannot be used without notify.mail_from (who is named "
            "gets notices); add to [notify] for example mail_from = \"sekimori@example.com\"\n");
  EXPECT_EQ(faults("[[tenant]]\nname = \"kita\"\nwebhook = [\"https://example.com\"]"), "");
}

TEST(TenantRules, DoNotFollowFromAValueThatIsWrongItself) {
  EXPECT_EQ(
      faults("[notify]\nmail_from = \"a@b\"\nsmtp = \"mail\"\n"
             "operators.mail = [\"noc@example.com\"]"),
      "p:3:8: notify.smtp: \"mail\" has another scheme or none (an smtp or smtps URL of a host "
      "and perhaps a port); begin it with smtp:// or smtps://\n");
}

TEST(ManagementRule, NoListBlocksTheSourcesThatManageTheSite) {
  const std::string box = "[box]\nmanagement = [\"192.0.2.0/28\"]\n";
  EXPECT_EQ(faults(box + "block = [\"192.0.2.16/28\"]"), "");
  EXPECT_EQ(faults(box + "block = [\"192.0.2.0/24\"]"),
            "p:3:10: box.block: 192.0.2.0/24 reaches 192.0.2.0/28 of box.management, in line 2 "
            "(the sources that manage the site are never blocked); add 192.0.2.0/28 to box.allow, "
            "where the longest prefix wins\n");
  EXPECT_EQ(faults(box + "block = [\"192.0.2.0/24\"]\nallow = [\"192.0.2.0/27\"]"), "");
  EXPECT_EQ(faults(box + object("block = [\"192.0.2.7\"]\nallow = [\"192.0.2.0/27\"]")),
            "p:6:10: object.block: 192.0.2.7/32 reaches 192.0.2.0/28 of box.management, in line 2 "
            "(the sources that manage the site are never blocked); remove it\n");
}

TEST(ReadPolicy, FillsTenantsAndDefences) {
  const auto policy = read_policy(
      "[box]\nmanagement = [\"192.0.2.0/28\"]\n"
      "[detection]\nalert_after = \"400ms\"\nbox_bits = \"10G\"\n"
      "[notify]\nsmtp = \"smtp://m\"\nmail_from = \"a@b\"\n"
      "[notify.operators]\nlanguage = \"ja\"\nmail = [\"x@y\", \"z@y\"]\n"
      "[[tenant]]\nname = \"kita\"\nlanguage = \"ja\"\nthreshold.bits = \"2G\"\n" +
          object("tenant = \"kita\"\nthreshold.syn = 7\ncapacity.new_connections = 9\n"
                 "ladder = { syn = \"reset\", give_up = \"granted\", level = \"high\" }\n"),
      "p");
  ASSERT_TRUE(policy.has_value()) << policy.error().text();
  EXPECT_EQ(policy->box.management.at(0).value.to_string(), "192.0.2.0/28");
  EXPECT_EQ(policy->detection.alert_after_ms, 400U);
  EXPECT_EQ(policy->detection.step_after_ms, DetectionPolicy{}.step_after_ms);
  EXPECT_EQ(policy->detection.box_bits_per_s, 10'000'000'000U);
  EXPECT_EQ(policy->notify.smtp, "smtp://m");
  EXPECT_EQ(policy->notify.operators.language, Language::ja);
  EXPECT_EQ(policy->notify.operators.mail, (std::vector<std::string>{"x@y", "z@y"}));
  ASSERT_EQ(policy->tenants.size(), 1U);
  EXPECT_EQ(policy->tenants[0].contacts.language, Language::ja);
  EXPECT_EQ(policy->tenants[0].threshold[Vector::bits], 2'000'000'000U);
  const ObjectPolicy& web = policy->objects.at(0);
  EXPECT_EQ(web.tenant.value, "kita");
  EXPECT_EQ(web.threshold[Vector::syn], 7U);
  EXPECT_EQ(web.threshold[Vector::udp], 0U);
  EXPECT_EQ(web.capacity.new_connections_per_s, 9U);
  EXPECT_EQ(web.ladder.syn, SynMode::reset);
  EXPECT_EQ(web.ladder.give_up, Permission::granted);
  EXPECT_EQ(web.ladder.level, ProtectionLevel::high);
}

TEST(ReadPolicy, HasTheDefaultsOfTheModel) {
  const auto policy = read_policy(object(""), "p");
  ASSERT_TRUE(policy.has_value());
  const LadderPolicy& read = policy->objects.at(0).ladder;
  const LadderPolicy made;
  EXPECT_EQ(read.level, made.level);
  EXPECT_EQ(read.syn, made.syn);
  EXPECT_EQ(policy->detection.calm_percent, DetectionPolicy{}.calm_percent);
  EXPECT_EQ(policy->detection.calm_after_s, DetectionPolicy{}.calm_after_s);
  EXPECT_EQ(policy->detection.give_up_for_s, DetectionPolicy{}.give_up_for_s);
  EXPECT_EQ(policy->detection.probe_s, DetectionPolicy{}.probe_s);
  for (std::size_t step = 0; step < step_count; ++step) {
    EXPECT_EQ(read.permission(static_cast<Step>(step)), made.permission(static_cast<Step>(step)));
  }
}

}  // namespace
}  // namespace sekimori
