// Notices through real servers: Postfix, its smtp-sink and nginx, in a namespace of their own.

#include "tests/support/notices.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "control/notify/notifier.hpp"
#include "control/notify/webhook_signature.hpp"
#include "control/store/store.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/notice_servers.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::lab {
namespace {

using namespace std::chrono_literals;

class Notices : public NeedsLab {
 protected:
  void SetUp() override {
    NeedsLab::SetUp();
    if (IsSkipped()) return;
    run_.emplace();
    site_.emplace(*run_, "notices");
    directory_ = test::sample_directory();
    directory_.notify.syslog.clear();
    const std::string secret = run_->directory() / "secret";
    std::ofstream{secret} << std::string(32, 's');
    ::chmod(secret.c_str(), 0600);
    directory_.notify.webhook_secret_file = secret;
    options_.node = "seki-1";
    options_.retry.first_pause_ms = 20;
    options_.retry.longest_pause_ms = 200;
  }
  void TearDown() override { notifier_.reset(); }

  /// The notifier's thread is in the namespace that its starter is in.
  void start() { start(log_); }
  void start(DeliveryLog& log) {
    site_->run([&] {
      auto started = Notifier::start(log, options_, directory_);
      if (started) notifier_ = std::move(*started);
    });
    ASSERT_NE(notifier_, nullptr);
  }
  void only_mail() {
    directory_.notify.operators.webhook.clear();
    for (TenantPolicy& tenant : directory_.tenants) tenant.contacts.webhook.clear();
  }
  bool wait_for(DeliveryState state, std::size_t count, std::chrono::seconds at_most = 30s) {
    return wait_until(at_most, [&] { return log_.count(state) == count; });
  }

  std::optional<lab::Run> run_;
  std::optional<Namespace> site_;
  NotifyDirectory directory_;
  NotifierOptions options_;
  test::MemoryDeliveryLog log_;
  std::unique_ptr<Notifier> notifier_;
};

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

TEST_F(Notices, PostfixTakesThemOverTlsAndDelivers) {
  const Postfix postfix{*site_, run_->directory(), "kita.example"};
  only_mail();
  directory_.notify.smtp = "smtp://127.0.0.1:25";
  directory_.notify.operators.mail = {"nobody@elsewhere.example"};
  directory_.tenants.resize(1);
  directory_.tenants[0].contacts.mail = {"a@kita.example", "b@kita.example", "c@kita.example"};
  options_.limits.transfers_per_server = 1;
  start();
  EXPECT_TRUE(notifier_->tell(test::sample_incident()));
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 4));
  ASSERT_TRUE(wait_until(30s, [&] { return postfix.mails().size() == 3; })) << postfix.log();
  EXPECT_EQ(occurrences(postfix.log(), ": connect from"), 2)
      << "one to see whether it is up, and one that carries all mails: " << postfix.log();

  std::set<std::string> recipients;
  for (const std::string& mail : postfix.mails()) {
    EXPECT_NE(mail.find("using TLSv1.3"), std::string::npos) << mail;
    EXPECT_NE(mail.find("Subject: =?UTF-8?B?"), std::string::npos);
    EXPECT_NE(mail.find("Auto-Submitted: auto-generated"), std::string::npos);
    for (const Delivery& delivery : log_.all()) {
      // Postfix keeps a message's lines as they came, with its own way to end them.
      const std::size_t body = delivery.content.find("\r\n\r\n");
      std::string expected = delivery.content.substr(body + 4);
      std::erase(expected, '\r');
      if (mail.find(delivery.key) == std::string::npos) continue;
      EXPECT_NE(mail.find(expected), std::string::npos);
      recipients.insert(delivery.recipient.address);
      EXPECT_NE(delivery.progress.result.find("queued as"), std::string::npos)
          << delivery.progress.result;
    }
  }
  EXPECT_EQ(recipients,
            (std::set<std::string>{"a@kita.example", "b@kita.example", "c@kita.example"}));
}

TEST_F(Notices, MailServerThatRefusesIsTriedAgainAndComesBackOnce) {
  only_mail();
  directory_.notify.smtp = "smtp://127.0.0.1:2525";
  {
    const SmtpSink busy{*site_, run_->directory(), 2525, {"-r", "rcpt"}};
    start();
    EXPECT_TRUE(notifier_->tell(test::sample_incident()));
    ASSERT_TRUE(wait_until(30s, [&] {
      const auto all = log_.all();
      return all.size() == 3 && std::ranges::all_of(all, [](const Delivery& delivery) {
               return delivery.progress.attempts > 0;
             });
    }));
    for (const Delivery& delivery : log_.all()) {
      EXPECT_NE(delivery.progress.result.find("450"), std::string::npos)
          << delivery.progress.result;
    }
    EXPECT_TRUE(busy.mails().empty());
  }
  notifier_.reset();
  const SmtpSink sink{*site_, run_->directory(), 2525};
  start();
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 3));
  EXPECT_TRUE(wait_until(30s, [&] { return sink.mails().size() == 3; }));
}

TEST_F(Notices, MailboxThatDoesNotExistIsGivenUp) {
  const SmtpSink refusing{
      *site_, run_->directory(), 2525, {"-f", "rcpt", "-B", "550 5.1.1 no such user"}};
  only_mail();
  directory_.notify.smtp = "smtp://127.0.0.1:2525";
  start();
  EXPECT_TRUE(notifier_->tell(test::sample_incident()));
  ASSERT_TRUE(wait_for(DeliveryState::failed, 3));
  for (const Delivery& delivery : log_.all()) {
    EXPECT_EQ(delivery.progress.attempts, 1);
    EXPECT_NE(delivery.progress.result.find("no such user"), std::string::npos)
        << delivery.progress.result;
  }
}

TEST_F(Notices, MailServerThatHangsUpIsTriedAgain) {
  const SmtpSink rude{*site_, run_->directory(), 2525, {"-q", "data"}};
  only_mail();
  options_.retry.most_attempts = 2;
  directory_.notify.smtp = "smtp://127.0.0.1:2525";
  start();
  EXPECT_TRUE(notifier_->tell(test::sample_incident()));
  ASSERT_TRUE(wait_for(DeliveryState::failed, 3));
  for (const Delivery& delivery : log_.all()) {
    EXPECT_EQ(delivery.progress.attempts, 2) << delivery.progress.result;
  }
}

/// With the store on a disk, as in operation: it makes every step of a delivery last.
TEST_F(Notices, HundredsOfTenantsAreToldWithinTenSeconds) {
  constexpr std::size_t tenant_count = 217;
  const auto store = Store::open(run_->directory() / "control.db");
  ASSERT_TRUE(store) << store.error();
  const SmtpSink sink{*site_, run_->directory(), 2525};
  const NginxReceiver receiver{*site_, run_->directory()};
  directory_.notify.smtp = "smtp://127.0.0.1:2525";
  directory_.notify.operators.webhook.clear();
  directory_.notify.operators.mail.clear();
  directory_.tenants.clear();
  Incident incident = test::sample_incident();
  incident.affected.clear();
  for (std::size_t i = 1; i <= tenant_count; ++i) {
    const std::string name = "city-" + std::to_string(i);
    TenantPolicy tenant;
    tenant.name.value = name;
    tenant.contacts.language = i % 2 == 0 ? Language::en : Language::ja;
    tenant.contacts.mail = {"noc@" + name + ".example"};
    tenant.contacts.webhook = {"http://127.0.0.1/" + name};
    directory_.tenants.push_back(tenant);
    incident.affected.push_back({.object = "web-" + name, .tenant = name});
  }
  start((*store)->deliveries());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(notifier_->tell(incident));
  const auto delivered = [&] {
    const Notifier::Counts counts = notifier_->counts();
    return counts.channels[0].delivered + counts.channels[1].delivered;
  };
  ASSERT_TRUE(wait_until(10s, [&] { return delivered() == 2 * tenant_count; }));
  const auto took = std::chrono::steady_clock::now() - begin;
  RecordProperty("told_ms", static_cast<int>(took / 1ms));

  ASSERT_TRUE(wait_until(10s, [&] { return sink.mails().size() == tenant_count; }));
  std::set<std::string> mailed;
  for (const std::string& mail : sink.mails()) {
    const std::size_t begin_of_name = mail.find("X-Rcpt-Args: <noc@") + 18;
    mailed.insert(mail.substr(begin_of_name, mail.find(".example", begin_of_name) - begin_of_name));
  }
  EXPECT_EQ(mailed.size(), tenant_count);

  const auto secret = WebhookSecret::load(directory_.notify.webhook_secret_file);
  ASSERT_TRUE(secret);
  std::set<std::string> posted;
  ASSERT_TRUE(wait_until(10s, [&] { return receiver.requests().size() == tenant_count; }));
  for (const NginxReceiver::Request& request : receiver.requests()) {
    const auto body = nlohmann::json::parse(request.body);
    EXPECT_EQ(body.at("delivery"), request.delivery);
    const std::size_t comma = request.signature.find(',');
    const std::uint64_t unix_s = std::stoull(request.signature.substr(2, comma - 2));
    EXPECT_EQ(request.signature, secret->header(unix_s, request.body));
    const std::string tenant = body.at("tenant");
    posted.insert(tenant);
    ASSERT_EQ(body.at("incident").at("affected").size(), 1);
    EXPECT_EQ(body.at("incident").at("affected")[0].at("object"), "web-" + tenant);
  }
  EXPECT_EQ(posted.size(), tenant_count);
  notifier_.reset();  // before the store that it writes to
  const auto kept = (*store)->deliveries().list(
      {.incident = {}, .state = DeliveryState::delivered, .tenant = {}});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 2 * tenant_count);
}

}  // namespace
}  // namespace sekimori::lab
