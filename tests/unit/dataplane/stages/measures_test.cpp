// What measures in force change for the packets of their object.

#include <gtest/gtest.h>

#include "dataplane/stages/given_up.hpp"
#include "dataplane/stages/limits.hpp"
#include "dataplane/stages/validity.hpp"
#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

using Fates = std::vector<std::string>;

Prefix prefix(const char* text) {
  return *Prefix::parse(text);
}

TestPolicy two_objects() {
  return {.allow = {"203.0.113.0/24"},
          .objects = {{.name = "web", .prefixes = {"192.0.2.10", "192.0.2.11", "2001:db8::10"}},
                      {.name = "mail", .prefixes = {"192.0.2.12"}}}};
}

/// A worker with the stages that measures reach, and measures in force.
class MeasuredWorker : public TestWorker {
 public:
  MeasuredWorker(const TestPolicy& policy, const std::vector<Measure>& measures)
      : TestWorker{policy,
                   {classify, check_validity, drop_given_up, apply_source_lists, handle_tcp,
                    apply_limits, meter}} {
    ground.set_measures(measures);
  }
};

TEST(GivenUp, DropsEverythingToOneAddressAndNothingElse) {
  MeasuredWorker worker(two_objects(),
                        {{.object = "web", .kind = GiveUpDestination{prefix("192.0.2.10")}},
                         {.object = "web", .kind = GiveUpDestination{prefix("2001:db8::10")}}});
  struct Row {
    const char* packet;
    const char* becomes;
  };
  const Row rows[]{{"198.51.100.7:1 > 192.0.2.10:80 tcp [S]", "drop destination_given_up"},
                   {"198.51.100.7:1 > 192.0.2.10:2 udp", "drop destination_given_up"},
                   {"198.51.100.7 > 192.0.2.10 icmp 8/0", "drop destination_given_up"},
                   {"198.51.100.7 > 192.0.2.10 frag=8 proto=17 len=8", "drop destination_given_up"},
                   {"[2001:db8::7]:1 > [2001:db8::10]:2 udp", "drop destination_given_up"},
                   {"203.0.113.1:1 > 192.0.2.10:2 udp", "drop destination_given_up"},  // trusted
                   {"198.51.100.7:1 > 192.0.2.11:80 tcp [S]", "open"},
                   {"198.51.100.7:1 > 192.0.2.12:80 tcp [S]", "open"},
                   {"198.51.100.7:1 > 192.0.2.10:2 udp badsum", "drop udp_checksum"}};
  std::vector<std::string> packets;
  Fates expected;
  for (const Row& row : rows) {
    packets.emplace_back(row.packet);
    expected.emplace_back(row.becomes);
    EXPECT_EQ(worker.take(Side::outside, {row.packet}), Fates{row.becomes}) << row.packet;
  }
  EXPECT_EQ(worker.take(Side::outside, packets), expected) << "in one burst";
  EXPECT_EQ(worker.take(Side::inside, {"192.0.2.10:2 > 198.51.100.7:1 udp"}), Fates{"open"});
}

TEST(GivenUp, IsStillMetered) {
  MeasuredWorker worker(two_objects(),
                        {{.object = "web", .kind = GiveUpDestination{prefix("192.0.2.10")}}});
  worker.take(Side::outside, {"198.51.100.7:1 > 192.0.2.10:80 tcp [S]"});
  EXPECT_EQ(worker.ground.meters[0].syn_received, 1U);
  EXPECT_EQ(worker.ground.meters[0].dropped_packets, 1U);
}

TEST(BlockedSources, NeverHideWhatThePolicyAllows) {
  TestPolicy policy = two_objects();
  policy.objects[0].allow = {"198.51.100.128/25"};
  policy.objects[0].block = {"203.0.113.9"};
  MeasuredWorker worker(
      policy, {{.object = "web",
                .kind = BlockSources{{prefix("198.51.100.0/24"), prefix("198.51.100.200"),
                                      prefix("203.0.0.0/16"), prefix("2001:db8:7::/64")}}}});
  struct Row {
    const char* packet;
    const char* becomes;
  };
  for (const Row& row :
       {Row{"198.51.100.7:1 > 192.0.2.10:2 udp", "drop source_blocked"},
        Row{"198.51.100.129:1 > 192.0.2.10:2 udp", "open"},  // allowed by the object
        Row{"198.51.100.200:1 > 192.0.2.10:2 udp", "open"},  // a longer prefix makes no difference
        Row{"203.0.113.1:1 > 192.0.2.10:2 udp", "open"},     // allowed by the box
        Row{"203.0.113.9:1 > 192.0.2.10:2 udp", "drop source_blocked"},  // as the policy says
        Row{"203.0.114.1:1 > 192.0.2.10:2 udp", "drop source_blocked"},
        Row{"[2001:db8:7::1]:1 > [2001:db8::10]:2 udp", "drop source_blocked"},
        Row{"198.51.101.7:1 > 192.0.2.10:2 udp", "open"},
        Row{"198.51.100.7:1 > 192.0.2.12:2 udp", "open"}}) {  // another object
    EXPECT_EQ(worker.take(Side::outside, {row.packet}), Fates{row.becomes}) << row.packet;
  }
}

TEST(BlockedSources, NeedNoListInThePolicy) {
  TestPolicy policy = two_objects();
  policy.allow.clear();
  MeasuredWorker worker(policy,
                        {{.object = "web", .kind = BlockSources{{prefix("198.51.100.7")}}}});
  EXPECT_EQ(worker.take(Side::outside, {"198.51.100.7:1 > 192.0.2.12:2 udp",
                                        "198.51.100.7:1 > 192.0.2.10:80 tcp [S]",
                                        "198.51.100.8:1 > 192.0.2.10:80 tcp [S]"}),
            (Fates{"open", "drop source_blocked", "open"}));
}

TEST(AuthenticatedByMeasure, AnswersSynsOfPortsThatAreOff) {
  TestPolicy policy = two_objects();
  policy.objects[0].services = {
      {.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit}};
  MeasuredWorker worker(policy, {{.object = "web", .kind = AuthenticateSources{SynMode::proxy}}});
  const Fates fates = worker.take(
      Side::outside,
      {"198.51.100.7:1 > 192.0.2.10:80 tcp [S]", "198.51.100.7:1 > 192.0.2.10:25 tcp [S]",
       "203.0.113.1:1 > 192.0.2.10:80 tcp [S]", "198.51.100.7:1 > 192.0.2.12:80 tcp [S]",
       "198.51.100.7 > 192.0.2.10 frag=64 proto=6 len=24", "198.51.100.7:1 > 192.0.2.10:53 udp"});
  ASSERT_EQ(fates.size(), 6U);
  EXPECT_EQ(fates[0].substr(0, 5), "reply");
  EXPECT_EQ(fates[1], "drop syn_first");
  EXPECT_EQ(fates[2], "open");
  EXPECT_EQ(fates[3], "open");
  EXPECT_EQ(fates[4], "drop fragment_refused");
  EXPECT_EQ(fates[5], "open");
}

TEST(AuthenticatedByMeasure, LeavesConnectionsThatAreThere) {
  MeasuredWorker worker(two_objects(), {});
  const std::string from_client = "198.51.100.7:4000 > 192.0.2.10:80 ";
  worker.take(Side::inside, {"192.0.2.10:80 > 198.51.100.7:4000 tcp [.] seq=5000 ack=1000 len=10"});
  worker.ground.set_measures({{.object = "web", .kind = AuthenticateSources{SynMode::proxy}}});
  EXPECT_EQ(worker.take(Side::outside, {from_client + "tcp [.] seq=1000 ack=5010"}), Fates{"open"});
  EXPECT_EQ(worker.take(Side::outside, {"198.51.100.8:4000 > 192.0.2.10:80 tcp [.] seq=1 ack=1"}),
            Fates{"drop cookie_invalid"});
}

TEST(LimitedByMeasure, HoldsInPlaceOfThePolicyAndAtOnce) {
  TestPolicy policy = two_objects();
  policy.objects[0].settings.limits[0] = {.packets_per_s = 1};
  const std::string packet = "198.51.100.7:1 > 192.0.2.10:2 udp";
  MeasuredWorker worker(policy, {});
  EXPECT_EQ(worker.take(Side::outside, {packet, packet}), (Fates{"open", "drop limit_total"}));
  worker.ground.set_measures({{.object = "web", .kind = LimitTraffic{.packets_per_s = 100'000}}});
  worker.take(Side::outside, {packet});
  worker.ground.set_ms(1);
  EXPECT_EQ(worker.take(Side::outside, {packet, packet}), (Fates{"open", "open"}));
  worker.ground.set_measures(
      {{.object = "web", .kind = LimitTraffic{.traffic = TrafficClass::udp, .packets_per_s = 10}},
       {.object = "web", .kind = LimitTraffic{}}});
  EXPECT_EQ(worker.take(Side::outside, {packet, packet, packet}),
            (Fates{"open", "open", "drop limit_udp"}));
}

TEST(LimitedByMeasure, HoldsForConnections) {
  TestPolicy policy = two_objects();
  policy.objects[0].settings = ordinary_object(SynMode::proxy);
  MeasuredWorker worker(policy, {{.object = "web", .kind = LimitConnections{.per_s = 10}}});
  const auto open_from = [&](const std::string& port) {
    const std::string ends = "198.51.100.7:" + port + " > 192.0.2.10:80 ";
    const std::string answer = worker.take(Side::outside, {ends + "tcp [S] seq=999"}).front();
    const std::size_t at = answer.find("seq=") + 4;
    const auto cookie = static_cast<std::uint32_t>(std::stoul(answer.substr(at)));
    return worker
        .take(Side::outside,
              {ends + "tcp [.] seq=1000 ack=" + std::to_string(std::uint32_t{cookie + 1})})
        .front();
  };
  EXPECT_EQ(open_from("4000").substr(0, 7), "forward");
  EXPECT_EQ(open_from("4001").substr(0, 7), "forward");
  EXPECT_EQ(open_from("4002"), "drop creation_limited");
}

}  // namespace
}  // namespace sekimori::test
