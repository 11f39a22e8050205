#include "control/notify/notifier.hpp"

#include <gtest/gtest.h>

#include <array>
#include <future>

#include "tests/unit/control/notify/loopback.hpp"
#include "tests/unit/control/notify/notifier_fixture.hpp"

namespace sekimori {
namespace {

using test::ended_incident;
using test::Receiver;
using test::sample_incident;

class NotifierTest : public test::NotifierFixture {};

TEST_F(NotifierTest, TellsNothingTwice) {
  const Receiver receiver;
  directory_.notify.operators.webhook = {receiver.at()};
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  Incident louder = sample_incident();
  louder.peak_rate *= 2;
  EXPECT_TRUE(notifier_->tell(louder));

  stop();
  start();
  EXPECT_TRUE(notifier_->tell(louder)) << "as after every start";
  ASSERT_TRUE(lab::wait_until(test::patience, [&] { return notifier_->counts().duplicates == 1; }));

  Incident changed = louder;
  changed.diagnosis.kind = IncidentKind::syn_flood_real;
  EXPECT_TRUE(notifier_->tell(changed));
  EXPECT_TRUE(notifier_->tell(ended_incident()));
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 3));
  stop();
  const auto all = log_.all();
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all[0].occasion, Occasion::opened);
  EXPECT_EQ(all[1].occasion, Occasion::changed);
  EXPECT_EQ(all[2].occasion, Occasion::ended);
  EXPECT_EQ(receiver.requests().size(), 3);
}

TEST_F(NotifierTest, DeliversOnceWhenTheReceiverComesBack) {
  std::uint16_t port = 0;
  {
    const test::LoopbackSocket closed{SOCK_STREAM};
    port = closed.port();
    directory_.notify.operators.webhook = {closed.at("http") + "/hook"};
    start();
    EXPECT_TRUE(notifier_->tell(sample_incident()));
    EXPECT_TRUE(wait_for_retry());
    EXPECT_EQ(log_.count(DeliveryState::pending), 1);
  }
  const Receiver receiver{{}, port};
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
  stop();
  EXPECT_EQ(receiver.requests().size(), 1);
}

TEST_F(NotifierTest, LosesNothingAtARestart) {
  std::uint16_t port = 0;
  {
    const test::LoopbackSocket closed{SOCK_STREAM};
    port = closed.port();
    directory_.notify.operators.webhook = {closed.at("http") + "/hook"};
    start();
    EXPECT_TRUE(notifier_->tell(sample_incident()));
    EXPECT_TRUE(wait_for_retry());
    Incident other = sample_incident();
    other.id = 43;
    EXPECT_TRUE(notifier_->tell(other));
    stop();  // most likely before the second was ever tried
  }
  EXPECT_EQ(log_.count(DeliveryState::pending), 2);
  const Receiver receiver{{}, port};
  start();
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 2));
  stop();
  EXPECT_EQ(receiver.requests().size(), 2);
}

TEST_F(NotifierTest, GoesOnWithoutItsLog) {
  const Receiver receiver;
  directory_.notify.operators.webhook = {receiver.at()};
  start();
  log_.break_down();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(lab::wait_until(test::patience, [&] { return receiver.requests().size() == 1; }));
  EXPECT_TRUE(
      lab::wait_until(test::patience, [&] { return counts(Channel::webhook).delivered == 1; }));
  EXPECT_EQ(notifier_->counts().fault, "the disk is full");
  stop();
  EXPECT_FALSE(Notifier::start(log_, options_, directory_));
}

TEST_F(NotifierTest, RefusesWhatFindsNoRoom) {
  const test::LoopbackSocket closed{SOCK_STREAM};
  directory_.notify.operators.webhook = {closed.at("http") + "/a", closed.at("http") + "/b",
                                         closed.at("http") + "/c"};
  options_.most_pending = 2;
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(lab::wait_until(test::patience, [&] { return notifier_->counts().refused == 1; }));
  EXPECT_EQ(log_.all().size(), 2);
  EXPECT_EQ(counts(Channel::webhook).pending, 2);
  // What was refused is told when there is room, so another call is not taken for a repetition.
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(lab::wait_until(test::patience, [&] { return notifier_->counts().refused == 2; }));
}

TEST_F(NotifierTest, TakesAnotherDirectoryForWhatIsPending) {
  const Receiver receiver;
  directory_.notify.operators.webhook = {receiver.at()};
  directory_.notify.webhook_secret_file = write_secret(0644);
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(wait_for_retry());
  EXPECT_NE(log_.all().front().progress.result.find("chmod 0600"), std::string::npos);
  EXPECT_TRUE(receiver.requests().empty());
  write_secret(0600);
  notifier_->set_directory(directory_);
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
}

TEST_F(NotifierTest, ReportsTestsInWords) {
  const Receiver receiver;
  const Receiver angry{[](std::size_t, httplib::Response& response) { response.status = 500; }};
  TenantPolicy tenant;
  tenant.name.value = "kita";
  tenant.contacts.webhook = {receiver.at(), angry.at()};
  tenant.contacts.mail = {"noc@kita.example"};
  directory_.tenants = {tenant};
  start();
  EXPECT_TRUE(notifier_->test("nobody").get().empty());
  auto results = notifier_->test("kita").get();
  ASSERT_EQ(results.size(), 3);
  std::size_t delivered = 0;
  for (const TestResult& result : results) {
    delivered += result.delivered ? 1 : 0;
    const std::string expected = result.recipient.channel == Channel::mail ? "notify.smtp"
                                 : result.delivered                        ? "answered 200"
                                                                           : "answered 500";
    EXPECT_NE(result.words.find(expected), std::string::npos) << result.words;
  }
  EXPECT_EQ(delivered, 1);
  EXPECT_EQ(angry.requests().size(), 1) << "a test is tried once";
  EXPECT_EQ(log_.count(DeliveryState::failed), 2);
}

TEST_F(NotifierTest, EndsWhileAReceiverHangs) {
  const test::LoopbackSocket silent{SOCK_STREAM};
  ::listen(silent.file(), 8);
  options_.limits.webhook_timeout_ms = 3'600'000;
  directory_.notify.operators.webhook = {silent.at("http") + "/hook"};
  start();
  auto result = notifier_->test("");
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(lab::wait_until(test::patience, [&] { return log_.all().size() == 2; }));
  stop();
  EXPECT_NE(result.get().front().words.find("stopped"), std::string::npos);
  EXPECT_EQ(log_.count(DeliveryState::pending), 2);
}

/// Takes mails as RFC 5321 says, but never answers QUIT.
void serve_without_goodbye(int file) {
  const auto say = [&](const std::string& words) {
    ::send(file, words.data(), words.size(), MSG_NOSIGNAL);
  };
  say("220 mail.example\r\n");
  std::string text;
  std::array<char, 4'096> buffer{};
  bool in_mail = false;
  for (ssize_t got = 0; (got = ::recv(file, buffer.data(), buffer.size(), 0)) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
    for (;;) {
      const std::size_t end = in_mail ? text.find("\r\n.\r\n") : text.find("\r\n");
      if (end == std::string::npos) break;
      const std::string line = text.substr(0, end);
      text.erase(0, end + (in_mail ? 5 : 2));
      if (line == "QUIT") continue;
      in_mail = line == "DATA";
      say(in_mail ? "354 go on\r\n" : "250 ok\r\n");
    }
  }
}

TEST_F(NotifierTest, EndsThoughAMailServerSaysNoGoodbye) {
  const test::LoopbackServer server{serve_without_goodbye};
  directory_.notify.smtp = server.at("smtp");
  directory_.notify.operators.mail = {"noc@dc.example"};
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  ASSERT_TRUE(wait_for(DeliveryState::delivered, 1));
  auto stopped = std::async(std::launch::async, [this] { stop(); });
  EXPECT_EQ(stopped.wait_for(test::patience), std::future_status::ready);
}

}  // namespace
}  // namespace sekimori
