#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/support/test_identity.hpp"
#include "tests/unit/control/notify/loopback.hpp"
#include "tests/unit/control/notify/notifier_fixture.hpp"

namespace sekimori {
namespace {

using test::LoopbackServer;
using test::LoopbackSocket;
using test::Receiver;
using test::sample_incident;

class DeliveryTest : public test::NotifierFixture {};

/// What a receiver does to check a notice, with another library than ours.
std::string hmac_sha256(const std::string& secret, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), &length);
  std::string digits;
  for (unsigned i = 0; i < length; ++i) {
    constexpr std::string_view hex = "0123456789abcdef";
    digits += hex[code[i] >> 4U];
    digits += hex[code[i] & 15U];
  }
  return digits;
}

TEST_F(DeliveryTest, WebhooksCarryASignatureThatHolds) {
  const Receiver receiver{[](std::size_t number, httplib::Response& response) {
    response.status = number == 1 ? 503 : 204;
  }};
  directory_.notify.operators.webhook = {receiver.at()};
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  ASSERT_TRUE(wait_for(DeliveryState::delivered, 1));
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 2);
  for (const httplib::Request& request : requests) {
    const std::string header = request.get_header_value("Sekimori-Signature");
    const std::size_t comma = header.find(",v1=");
    ASSERT_TRUE(header.starts_with("t=") && comma != std::string::npos) << header;
    const std::string timestamp = header.substr(2, comma - 2);
    EXPECT_EQ(header.substr(comma + 4), hmac_sha256(secret_, timestamp + "." + request.body));
    EXPECT_EQ(request.get_header_value("Content-Type"), "application/json");
    EXPECT_EQ(request.get_header_value("Sekimori-Delivery"), log_.all().front().key);
    const auto body = nlohmann::json::parse(request.body);
    EXPECT_EQ(body.at("delivery"), log_.all().front().key);
    EXPECT_EQ(body.at("incident").at("id"), 42);
  }
  EXPECT_EQ(requests[0].body, requests[1].body);
  EXPECT_EQ(log_.all().front().progress.attempts, 2);
  EXPECT_EQ(counts(Channel::webhook).retried, 1);
}

TEST_F(DeliveryTest, ReceiversThatFailAreGivenUpWithTheReason) {
  const Receiver elsewhere;
  const Receiver broken{[](std::size_t, httplib::Response& response) { response.status = 500; }};
  const Receiver redirecting{[&](std::size_t, httplib::Response& response) {
    response.set_redirect(elsewhere.at(), 307);
  }};
  const Receiver gone{[](std::size_t, httplib::Response& response) { response.status = 410; }};
  const LoopbackSocket refusing{SOCK_STREAM};
  const LoopbackSocket silent{SOCK_STREAM};
  ::listen(silent.file(), 64);
  const LoopbackServer dropping{[](int file) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }};
  const LoopbackServer babbling{[](int file) {
    const std::string nonsense = "220 this is no HTTP server\r\n\r\n";
    ::send(file, nonsense.data(), nonsense.size(), MSG_NOSIGNAL);
    ::shutdown(file, SHUT_WR);
    std::array<char, 4'096> request{};
    while (::recv(file, request.data(), request.size(), 0) > 0) continue;
  }};
  struct Case {
    std::string url;
    std::string reason;
    std::uint32_t attempts;
  };
  const Case cases[] = {
      {broken.at(), "answered 500", 2},
      {redirecting.at(), "answered 307; redirects are not followed", 2},
      {gone.at(), "answered 410", 1},
      {refusing.at("http") + "/hook", "refused", 2},
      {silent.at("http") + "/hook", "timed out", 2},
      {dropping.at("http") + "/hook", "127.0.0.1", 2},
      {babbling.at("http") + "/hook", "127.0.0.1", 2},
  };
  options_.retry.most_attempts = 2;
  options_.limits.webhook_timeout_ms = 1'500;
  for (const Case& c : cases) directory_.notify.operators.webhook.push_back(c.url);
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  ASSERT_TRUE(wait_for(DeliveryState::failed, std::size(cases)));
  for (const Delivery& delivery : log_.all()) {
    for (const Case& c : cases) {
      if (c.url != delivery.recipient.address) continue;
      EXPECT_NE(delivery.progress.result.find(c.reason), std::string::npos)
          << delivery.progress.result;
      EXPECT_EQ(delivery.progress.attempts, c.attempts) << c.url;
    }
  }
  EXPECT_TRUE(elsewhere.requests().empty());
  EXPECT_EQ(counts(Channel::webhook).failed, std::size(cases));
}

TEST_F(DeliveryTest, AnswersAreReadUpToALimit) {
  const Receiver talkative{[](std::size_t, httplib::Response& response) {
    response.set_content(std::string(10'000'000, 'x'), "text/plain");
  }};
  directory_.notify.operators.webhook = {talkative.at()};
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
  EXPECT_EQ(talkative.requests().size(), 1);
}

TEST_F(DeliveryTest, WebhooksGoToVerifiedServersOnly) {
  const test::TestIdentity identity;
  const Receiver receiver{
      {}, 0, std::make_unique<httplib::SSLServer>(identity.certificate(), identity.key())};
  directory_.notify.operators.webhook = {receiver.at("https")};
  start();
  const auto refused = notifier_->test("").get();
  ASSERT_EQ(refused.size(), 1);
  EXPECT_FALSE(refused.front().delivered);
  EXPECT_NE(refused.front().words.find("certificate"), std::string::npos) << refused.front().words;
  EXPECT_TRUE(receiver.requests().empty());

  stop();
  options_.ca_file = folder_ / "ca.pem";
  identity.write_certificate(options_.ca_file);
  start();
  const auto accepted = notifier_->test("").get();
  ASSERT_EQ(accepted.size(), 1);
  EXPECT_TRUE(accepted.front().delivered) << accepted.front().words;
  EXPECT_EQ(receiver.requests().size(), 1);
}

std::string read_to_end(int file) {
  std::string text;
  std::array<char, 4'096> buffer{};
  for (ssize_t got = 0; (got = ::recv(file, buffer.data(), buffer.size(), 0)) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

TEST_F(DeliveryTest, SyslogGoesOverUdp) {
  const LoopbackSocket socket{SOCK_DGRAM};
  directory_.notify.syslog = socket.at("udp");
  start();
  EXPECT_TRUE(notifier_->tell(sample_incident()));
  std::array<char, 4'096> buffer{};
  const ssize_t got = ::recv(socket.file(), buffer.data(), buffer.size(), 0);
  ASSERT_GT(got, 0);
  const std::string message{buffer.data(), static_cast<std::size_t>(got)};
  EXPECT_TRUE(message.starts_with("<129>1 ")) << message;
  EXPECT_NE(message.find("incident=\"42\""), std::string::npos);
  EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
  EXPECT_EQ(message, log_.all().front().content);
}

TEST_F(DeliveryTest, SyslogGoesOverTcpInFrames) {
  std::uint16_t port = 0;
  {
    const LoopbackSocket closed{SOCK_STREAM};
    port = closed.port();
    directory_.notify.syslog = closed.at("tcp");
    start();
    EXPECT_TRUE(notifier_->tell(sample_incident()));
    EXPECT_TRUE(wait_for_retry());
  }
  std::promise<std::string> received;
  {
    const LoopbackServer server{[&](int file) { received.set_value(read_to_end(file)); }, port};
    EXPECT_TRUE(wait_for(DeliveryState::delivered, 1));
  }
  const std::string content = log_.all().front().content;
  EXPECT_EQ(received.get_future().get(), std::to_string(content.size()) + " " + content);
  EXPECT_NE(log_.all().front().progress.result.find("has read it"), std::string::npos);
}

TEST_F(DeliveryTest, SyslogServersNeedNotEndTheConnection) {
  const LoopbackSocket patient{SOCK_STREAM};
  ::listen(patient.file(), 8);
  directory_.notify.syslog = patient.at("tcp");
  options_.limits.syslog_timeout_ms = 200;
  start();
  const auto results = notifier_->test("").get();
  ASSERT_EQ(results.size(), 1);
  EXPECT_TRUE(results.front().delivered);
  EXPECT_NE(results.front().words.find("nobody ended"), std::string::npos) << results.front().words;
}

}  // namespace
}  // namespace sekimori
