// The server against clients that are wrong, slow or many.

#include "control/api/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/deadline.hpp"
#include "tests/support/fake_operations.hpp"
#include "tests/support/test_api.hpp"

namespace sekimori {
namespace {

using test::ask;
using test::request_text;
using test::TlsClient;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Server : public testing::Test {
 protected:
  void start(ApiServerOptions options = {}) {
    options.files = authority_.files();
    auto server = ApiServer::start(operations_, options);
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
  }
  [[nodiscard]] std::optional<TlsClient> client(std::string_view person = "viewer") const {
    return TlsClient::connect(server_->port(), authority_.person(person));
  }
  [[nodiscard]] bool answers() const {
    return ask(server_->port(), authority_.person("viewer"), request_text("GET", "/v1/status"))
               .status == 200;
  }

  test::TestAuthority authority_;
  test::FakeOperations operations_;
  std::unique_ptr<ApiServer> server_;
};

TEST_F(Server, AdmitsOnlyCertificatesOfItsAuthority) {
  start();
  EXPECT_TRUE(answers());
  const test::TestAuthority other;
  test::ClientFiles stranger = other.person("approver");
  stranger.authority = authority_.files().certificate();
  const test::ClientFiles server_as_client{.authority = authority_.files().certificate(),
                                           .certificate = authority_.files().server_certificate(),
                                           .key = authority_.files().server_key()};
  const std::vector<std::pair<const char*, test::ClientFiles>> rows{
      {"none", {.authority = authority_.files().certificate()}},
      {"another authority's", stranger},
      {"expired", authority_.expired_person()},
      {"a server's", server_as_client}};
  for (const auto& [what, files] : rows) {
    EXPECT_EQ(ask(server_->port(), files, request_text("GET", "/v1/status")).status, 0) << what;
  }
  EXPECT_TRUE(answers());
}

TEST_F(Server, SpeaksNoOldTls) {
  start();
  const auto files = authority_.person("viewer");
  EXPECT_FALSE(TlsClient::connect(server_->port(), files, TLS1_1_VERSION));
  auto tls12 = TlsClient::connect(server_->port(), files, TLS1_2_VERSION);
  ASSERT_TRUE(tls12);
  ASSERT_TRUE(tls12->send(request_text("GET", "/v1/status")));
  EXPECT_EQ(tls12->receive().value().status, 200);
}

TEST_F(Server, AnswersWithSecurityHeaders) {
  start();
  for (const char* target : {"/v1/status", "/v1/none"}) {
    const auto answer =
        ask(server_->port(), authority_.person("viewer"), request_text("GET", target));
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.headers.at("strict-transport-security"), HasSubstr("max-age="));
    EXPECT_FALSE(answer.headers.contains("access-control-allow-origin"));
  }
}

TEST_F(Server, KeepsAConnectionForSeveralRequests) {
  start({.requests_per_connection = 3});
  auto connection = client();
  ASSERT_TRUE(connection);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection->send(request_text("GET", "/v1/status")));
    EXPECT_EQ(connection->receive().value().status, 200);
  }
  EXPECT_TRUE(connection->is_closed_by_server());
}

TEST_F(Server, TakesAPostAfterAGetOnOneConnection) {
  start();
  auto connection = client("approver");
  ASSERT_TRUE(connection);
  const std::string post = request_text("POST", "/v1/policy/check", R"({"text":"right"})");
  ASSERT_TRUE(connection->send(request_text("GET", "/v1/status") + post + post));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(connection->receive().value().status, 200);
}

TEST_F(Server, HeadHasNoBody) {
  start();
  auto connection = client();
  ASSERT_TRUE(connection);
  ASSERT_TRUE(
      connection->send(request_text("HEAD", "/v1/status") + request_text("GET", "/v1/status")));
  const auto head = connection->receive(false);
  const auto get = connection->receive();
  ASSERT_TRUE(head && get);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.at("content-length"), std::to_string(get->body.size()));
}

TEST_F(Server, RefusesRequestsThatAreNone) {
  start();
  struct Row {
    const char* what;
    std::string request;
    int status;
  };
  const std::vector<Row> rows{
      {"no HTTP", "hello\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"an unknown method", request_text("BREW", "/v1/status"), 400},
      {"a known one that is not for this", request_text("DELETE", "/v1/status"), 405},
      {"a proxy's form", request_text("GET", "http://other.example/v1/status"), 400},
      {"climbing", request_text("GET", "/v1/../v1/status"), 404},
      {"climbing in disguise", request_text("GET", "/v1/%2e%2e/%2e%2e/etc/passwd"), 404},
      {"a slash in disguise", request_text("GET", "/v1%2fstatus"), 404},
      {"a zero byte", request_text("GET", "/v1/objects/a%00b"), 400},
      {"a line end", request_text("GET", "/v1/objects/a%0d%0aX: 1"), 400},
      {"half an escape", request_text("GET", "/v1/objects/a%2"), 400},
      {"no UTF-8", request_text("GET", "/v1/objects/%c0%af"), 400},
      {"a long target", request_text("GET", "/v1/objects/" + std::string(3'000, 'a')), 400},
      {"a longer one", request_text("GET", "/" + std::string(10'000, 'a')), 400},
      {"a long header", request_text("GET", "/v1/status", "", {{"X", std::string(20'000, 'a')}}),
       400},
      {"a range", request_text("GET", "/v1/status", "", {{"Range", "bytes=0-0,0-0,0-0"}}), 200},
      {"no such path", request_text("GET", "/"), 404},
      {"the present folder", request_text("GET", "/./metrics"), 404}};
  for (const Row& row : rows) {
    const auto answer = ask(server_->port(), authority_.person("viewer"), row.request);
    EXPECT_EQ(answer.status, row.status) << row.what << ": " << answer.body;
    if (answer.status >= 400) {
      EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json") << row.what;
    }
  }
  EXPECT_TRUE(answers());
}

TEST_F(Server, NamesTheMethodsThatArePossible) {
  start();
  const auto person = authority_.person("approver");
  EXPECT_EQ(
      ask(server_->port(), person, request_text("PUT", "/v1/policy", "{}")).headers.at("allow"),
      "GET, HEAD");
  EXPECT_EQ(
      ask(server_->port(), person, request_text("GET", "/v1/policy/commit")).headers.at("allow"),
      "POST");
}

TEST_F(Server, TakesNothingBehindARefusedHeadForARequest) {
  start();
  // A body that looks like a request must not become one.
  auto connection = client();
  ASSERT_TRUE(connection);
  const std::string inner = request_text("GET", "/v1/objects");
  ASSERT_TRUE(connection->send(request_text("POST", "/v1/policy/check", inner)));
  const auto answer = connection->receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(connection->is_closed_by_server());
  EXPECT_TRUE(operations_.calls().back().starts_with("refused POST"));
}

TEST_F(Server, GivesUpClientsThatSendTooSlowly) {
  start({.handshake_ms = 200, .head_ms = 200, .idle_ms = 200, .transfer_ms = 200});
  // Nothing at all, half a head, half a body: each ends without the client's help.
  auto idle = client();
  ASSERT_TRUE(idle);
  EXPECT_TRUE(idle->is_closed_by_server());

  auto half_head = client();
  ASSERT_TRUE(half_head && half_head->send("GET /v1/status HTTP/1.1\r\nHost: x"));
  EXPECT_EQ(half_head->receive().value_or(test::HttpAnswer{}).status, 400);
  EXPECT_TRUE(half_head->is_closed_by_server());

  auto half_body = client("approver");
  ASSERT_TRUE(half_body && half_body->send(request_text("POST", "/v1/policy/check", R"({"text":)",
                                                        {{"Content-Length", "1000"}})));
  EXPECT_EQ(half_body->receive().value_or(test::HttpAnswer{}).status, 400);
  EXPECT_TRUE(half_body->is_closed_by_server());

  const int no_handshake = test::connect_to_port(server_->port());
  ASSERT_GE(no_handshake, 0);
  char byte = 0;
  EXPECT_EQ(read(no_handshake, &byte, 1), 0);
  close(no_handshake);
  EXPECT_TRUE(answers());
}

TEST_F(Server, ClosesConnectionsForWhichItHasNoRoom) {
  start({.connections = 2, .waiting_connections = 1, .idle_ms = 60'000});
  // Two are served and rest, one waits; the next is closed.
  auto first = client();
  auto second = client();
  ASSERT_TRUE(first && second);
  const int waiting = test::connect_to_port(server_->port());
  const int refused = test::connect_to_port(server_->port());
  ASSERT_GE(refused, 0);
  char byte = 0;
  EXPECT_LE(read(refused, &byte, 1), 0);
  close(refused);
  close(waiting);
  // Room again once a client leaves.
  first.reset();
  EXPECT_TRUE(lab::wait_until(20s, [&] { return answers(); }));
}

TEST_F(Server, StopsWhileClientsAreConnected) {
  start({.idle_ms = 60'000});
  auto idle = client();
  auto half = client();
  ASSERT_TRUE(idle && half && half->send("GET /v1"));
  server_.reset();
  EXPECT_TRUE(idle->is_closed_by_server());
}

TEST_F(Server, SaysWhyItCannotStart) {
  start();
  const auto twice =
      ApiServer::start(operations_, {.files = authority_.files(), .port = server_->port()});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error(), HasSubstr("cannot listen at 127.0.0.1 port"));
  const auto nowhere =
      ApiServer::start(operations_, {.files = {authority_.files().folder / "none"}});
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error(), HasSubstr("ca.crt: No such file"));
}

}  // namespace
}  // namespace sekimori
