#include "control/notify/compose.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/notices.hpp"

namespace sekimori {
namespace {

using test::ended_incident;
using test::sample_directory;
using test::sample_incident;

constexpr std::uint64_t now_ms = 1'748'927'130'000;

class Compose : public testing::Test {
 protected:
  std::vector<Delivery> compose(const Incident& incident, const std::vector<Recipient>& told = {}) {
    return compose_notices(incident, told, {directory_, "seki-1", now_ms});
  }
  std::vector<Recipient> recipients(const std::vector<Delivery>& deliveries) {
    std::vector<Recipient> result;
    for (const Delivery& delivery : deliveries) result.push_back(delivery.recipient);
    std::ranges::sort(result);
    return result;
  }
  static std::set<std::string> keys(const std::vector<Delivery>& deliveries) {
    std::set<std::string> result;
    for (const Delivery& delivery : deliveries) result.insert(delivery.key);
    return result;
  }
  static const Delivery& to(const std::vector<Delivery>& deliveries, Channel channel,
                            const std::string& tenant) {
    return *std::ranges::find_if(deliveries, [&](const Delivery& delivery) {
      return delivery.recipient.channel == channel && delivery.recipient.tenant == tenant;
    });
  }

  NotifyDirectory directory_ = sample_directory();
};

TEST_F(Compose, ReachesOperatorsAndAffectedTenantsOnly) {
  directory_.tenants.push_back(directory_.tenants.front());
  directory_.tenants.back().name.value = "nishi";
  const std::vector<Recipient> expected{
      {Channel::mail, "noc@kita.example", "kita"},
      {Channel::mail, "noc@minami.example", "minami"},
      {Channel::mail, "noc@operators.example", ""},
      {Channel::webhook, "http://127.0.0.1:9/kita", "kita"},
      {Channel::webhook, "http://127.0.0.1:9/minami", "minami"},
      {Channel::webhook, "http://127.0.0.1:9/operators", ""},
      {Channel::syslog, "udp://127.0.0.1:9", ""},
  };
  EXPECT_EQ(recipients(compose(sample_incident())), expected);
}

TEST_F(Compose, KeysFollowFromWhatIsTold) {
  const auto first = compose(sample_incident());
  EXPECT_EQ(keys(first).size(), first.size());
  EXPECT_EQ(first.front().key.size(), 32);
  EXPECT_EQ(keys(compose(sample_incident())), keys(first)) << "the same is the same";

  Incident louder = sample_incident();
  louder.peak_rate *= 2;
  louder.vectors.pop_back();
  louder.unaffected.clear();
  EXPECT_EQ(keys(compose(louder)), keys(first)) << "rates are no news";

  Incident other = sample_incident();
  other.id = 43;
  for (const std::string& key : keys(compose(other))) EXPECT_FALSE(keys(first).contains(key));
}

TEST_F(Compose, TellsWhomAChangeConcerns) {
  const auto first = compose(sample_incident());
  Incident changed = sample_incident();
  changed.actions[1].state = ActionState::in_force;
  const auto second = compose(changed);
  std::set<std::string> news;
  for (const Delivery& delivery : second) {
    if (!keys(first).contains(delivery.key)) news.insert(delivery.recipient.tenant);
  }
  EXPECT_EQ(news, (std::set<std::string>{"", "kita"})) << "minami's object has no step";

  changed.actions[1].state = ActionState::ended;
  EXPECT_EQ(keys(compose(changed)), keys(second)) << "the end of a step is no news";
  changed.diagnosis.kind = IncidentKind::syn_flood_real;
  const auto third = compose(changed);
  for (const Delivery& delivery : third) EXPECT_FALSE(keys(second).contains(delivery.key));
}

TEST_F(Compose, NamesTheOccasion) {
  const std::vector<Recipient> told{{Channel::mail, "noc@kita.example", "kita"}};
  const auto deliveries = compose(sample_incident(), told);
  EXPECT_EQ(to(deliveries, Channel::mail, "kita").occasion, Occasion::changed);
  EXPECT_EQ(to(deliveries, Channel::webhook, "kita").occasion, Occasion::opened);
  EXPECT_EQ(to(deliveries, Channel::mail, "minami").occasion, Occasion::opened);
  EXPECT_EQ(to(compose(ended_incident(), told), Channel::mail, "kita").occasion, Occasion::ended);
}

TEST_F(Compose, TellsTheEndToAllWhoWereTold) {
  Incident incident = ended_incident();
  incident.affected.pop_back();
  const auto without = compose(incident);
  EXPECT_FALSE(std::ranges::any_of(
      without, [](const Delivery& delivery) { return delivery.recipient.tenant == "minami"; }));
  const std::vector<Recipient> told{{Channel::mail, "noc@minami.example", "minami"}};
  EXPECT_EQ(to(compose(incident, told), Channel::mail, "minami").occasion, Occasion::ended);
}

TEST_F(Compose, ThreadsTheMailsOfAnIncident) {
  const auto line = [](const std::string& message, const std::string& name) {
    const std::size_t begin = message.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return std::string{};
    return message.substr(begin + 2, message.find("\r\n", begin + 2) - begin - 2);
  };
  const std::string first = to(compose(sample_incident()), Channel::mail, "kita").content;
  const std::string last = to(compose(ended_incident()), Channel::mail, "kita").content;
  EXPECT_NE(line(first, "Message-ID"), line(last, "Message-ID"));
  EXPECT_NE(line(first, "References"), "");
  EXPECT_EQ(line(first, "References"), line(last, "References"));
  EXPECT_TRUE(line(first, "Message-ID").ends_with("@dc.example>"));
  Incident other = sample_incident();
  other.id = 43;
  EXPECT_NE(line(to(compose(other), Channel::mail, "kita").content, "References"),
            line(first, "References"));
}

TEST_F(Compose, FailsWhatCanNeverArrive) {
  directory_.tenants[0].contacts.mail = {"noc@kita.example\r\nRCPT TO:<a@b>"};
  directory_.tenants[0].contacts.webhook = {"file:///etc/passwd"};
  directory_.notify.syslog = "tcp://";
  const auto deliveries = compose(sample_incident());
  for (const auto& [channel, tenant] :
       {std::pair{Channel::mail, "kita"}, std::pair{Channel::webhook, "kita"},
        std::pair{Channel::syslog, ""}}) {
    const Delivery& delivery = to(deliveries, channel, tenant);
    EXPECT_EQ(delivery.progress.state, DeliveryState::failed);
    EXPECT_NE(delivery.progress.result, "");
    EXPECT_EQ(delivery.content, "");
  }
  EXPECT_EQ(to(deliveries, Channel::mail, "minami").progress.state, DeliveryState::pending);
  directory_.notify.mail_from = "";
  EXPECT_EQ(to(compose(sample_incident()), Channel::mail, "minami").progress.state,
            DeliveryState::failed);
}

TEST_F(Compose, TestsReachOneContact) {
  const auto tests = compose_tests("kita", "1", {directory_, "seki-1", now_ms});
  EXPECT_EQ(recipients(tests),
            (std::vector<Recipient>{{Channel::mail, "noc@kita.example", "kita"},
                                    {Channel::webhook, "http://127.0.0.1:9/kita", "kita"}}));
  for (const Delivery& delivery : tests) {
    EXPECT_EQ(delivery.occasion, Occasion::test);
    EXPECT_EQ(delivery.incident, 0);
  }
  const auto again = compose_tests("kita", "2", {directory_, "seki-1", now_ms});
  EXPECT_NE(again.front().key, tests.front().key);
  EXPECT_TRUE(compose_tests("nobody", "1", {directory_, "seki-1", now_ms}).empty());
  EXPECT_EQ(compose_tests("", "1", {directory_, "seki-1", now_ms}).size(), 3);
}

}  // namespace
}  // namespace sekimori
