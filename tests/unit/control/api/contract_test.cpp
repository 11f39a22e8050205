// Every route of a running server over TLS, beside the OpenAPI document that it serves, by another
// implementation of JSON Schema.

#include "tests/support/contract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "control/api/openapi.hpp"
#include "tests/support/fake_operations.hpp"
#include "tests/support/test_api.hpp"
#include "tests/unit/control/api/contract_calls.hpp"

namespace sekimori {
namespace {

using test::ask;
using test::ContractCall;
using test::request_text;
using testing::HasSubstr;

class ApiContract : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = new test::TestAuthority;
    operations_ = new test::FakeOperations;
    auto server = ApiServer::start(*operations_, {.files = authority_->files()});
    ASSERT_TRUE(server) << server.error();
    server_ = server->release();
    const test::HttpAnswer answer =
        ask(server_->port(), authority_->person("viewer"), request_text("GET", "/v1/openapi.json"));
    ASSERT_EQ(answer.status, 200);
    contract_ = new test::Contract{Json::parse(answer.body)};
  }
  static void TearDownTestSuite() {
    delete server_;
    delete operations_;
    delete authority_;
    delete contract_;
  }

  static test::HttpAnswer asked(const std::string& person, const std::string& request) {
    return ask(server_->port(), authority_->person(person), request);
  }

  static void expect_described(const Route& route, const test::HttpAnswer& answer) {
    EXPECT_EQ(contract_->fault(route, answer), "") << answer.body;
  }

  static const ContractCall& call_of(const Route& route) {
    for (const ContractCall& call : test::contract_calls()) {
      if (call.operation == route.operation && call.status == 200) return call;
    }
    throw std::runtime_error{"no call of " + std::string{route.operation}};
  }

  static test::TestAuthority* authority_;
  static test::FakeOperations* operations_;
  static ApiServer* server_;
  static test::Contract* contract_;
};

test::TestAuthority* ApiContract::authority_ = nullptr;
test::FakeOperations* ApiContract::operations_ = nullptr;
ApiServer* ApiContract::server_ = nullptr;
test::Contract* ApiContract::contract_ = nullptr;

TEST_F(ApiContract, TheCommittedDocumentIsTheOneServed) {
  const std::string path = "docs/openapi.json";
  if (std::getenv("SEKIMORI_BLESS") != nullptr) {
    std::ofstream{path} << openapi_document().dump(1) << "\n";
  }
  std::ifstream file{path};
  const std::string committed{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(contract_->document().dump(1) + "\n", committed)
      << "SEKIMORI_BLESS=1 writes " << path << " anew";
}

TEST_F(ApiContract, EveryAnswerIsAsDescribed) {
  for (const ContractCall& call : test::contract_calls()) {
    SCOPED_TRACE(call.operation + " " + call.target + " " + call.body);
    const Route& route = test::route_of(call.operation);
    std::map<std::string, std::string> headers;
    if (!call.accept.empty()) headers["Accept"] = call.accept;
    const auto answer =
        asked("approver", request_text(route.method, call.target, call.body, headers));
    EXPECT_EQ(answer.status, call.status) << answer.body;
    expect_described(route, answer);
  }
}

TEST_F(ApiContract, EveryRouteRefusesWhatNoRouteTakes) {
  for (const Route& route : routes()) {
    const ContractCall& call = call_of(route);
    const std::string target = call.target;
    const std::string mark = target.find('?') == std::string::npos ? "?" : "&";
    struct Row {
      const char* what;
      std::string request;
      int status;
    };
    std::vector<Row> rows{
        {"accepts only images",
         request_text(route.method, target, call.body, {{"Accept", "image/png"}}), 406},
        {"a query that is no text", request_text(route.method, target + mark + "a=%ff", call.body),
         400}};
    if (!route.query.empty() || !route.path_parameters.empty() || !route.request.empty()) {
      rows.push_back({"an unknown parameter",
                      request_text(route.method, target + mark + "nonsense=1", call.body), 422});
    }
    if (route.request.empty()) {
      rows.push_back({"a body that is not wanted", request_text(route.method, target, "{}"), 400});
    } else {
      const std::string too_long = std::to_string(route.max_body_bytes + 1);
      rows.insert(
          rows.end(),
          {{"no JSON", request_text(route.method, target, "{"), 400},
           {"a wrong type of body", request_text(route.method, target, "[]"), 422},
           {"a wrong media type",
            request_text(route.method, target, call.body, {{"Content-Type", "text/xml"}}), 415},
           {"a form",
            request_text(route.method, target, "comment=x",
                         {{"Content-Type", "application/x-www-form-urlencoded"}}),
            415},
           {"several parts",
            request_text(route.method, target, "--x",
                         {{"Content-Type", "multipart/form-data; boundary=x"}}),
            415},
           {"a compressed body",
            request_text(route.method, target, call.body, {{"Content-Encoding", "gzip"}}), 415},
           {"a body in chunks",
            request_text(route.method, target, "",
                         {{"Transfer-Encoding", "chunked"}, {"Content-Type", "application/json"}}) +
                "2\r\n{}\r\n0\r\n\r\n",
            411},
           {"no length",
            request_text(route.method, target, "", {{"Content-Type", "application/json"}}), 411},
           {"a length that is no number",
            request_text(route.method, target, "{}", {{"Content-Length", "2x"}}), 400},
           {"two lengths", request_text(route.method, target, "{}", {{"content-length", "2"}}),
            400},
           {"too long, by what its head says",
            request_text(route.method, target, "{}", {{"Content-Length", too_long}}), 413}});
    }
    for (const Row& row : rows) {
      SCOPED_TRACE(std::string{route.operation} + ": " + row.what);
      const auto answer = asked("approver", row.request);
      EXPECT_EQ(answer.status, row.status) << answer.body;
      expect_described(route, answer);
    }
  }
}

TEST_F(ApiContract, EveryDutyMayDoItsPart) {
  for (const Route& route : routes()) {
    const ContractCall& call = call_of(route);
    const std::string request = request_text(route.method, call.target, call.body);
    for (const std::string_view name : duty_names) {
      SCOPED_TRACE(std::string{route.operation} + " by " + std::string{name});
      const auto answer = asked(std::string{name}, request);
      if (covers(duty_of(name).value(), route.duty)) {
        EXPECT_EQ(answer.status, 200) << answer.body;
      } else {
        EXPECT_EQ(answer.status, 403);
        EXPECT_THAT(answer.body, HasSubstr("urn:sekimori:problem:duty_missing"));
        EXPECT_THAT(operations_->calls().back(),
                    HasSubstr("to " + std::string{name} + ": duty_missing"));
      }
      expect_described(route, answer);
    }
  }
}

TEST_F(ApiContract, ARevokedCertificateOpensNoRoute) {
  ASSERT_TRUE(make_person_certificate(authority_->files(), "left", Duty::approver));
  const test::ClientFiles files = authority_->person("left");
  auto early = test::TlsClient::connect(server_->port(), files);
  ASSERT_TRUE(early);
  ASSERT_TRUE(early->send(request_text("GET", "/v1/status")));
  EXPECT_EQ(early->receive().value().status, 200);

  const std::filesystem::path kept = files.key.parent_path() / "kept";
  std::filesystem::copy_file(files.certificate, kept.string() + ".crt");
  std::filesystem::copy_file(files.key, kept.string() + ".key");
  ASSERT_TRUE(revoke_person(authority_->files(), "left"));
  for (const Route& route : routes()) {
    SCOPED_TRACE(route.operation);
    const ContractCall& call = call_of(route);
    const auto answer = asked("kept", request_text(route.method, call.target, call.body));
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("urn:sekimori:problem:certificate_refused"));
    expect_described(route, answer);
  }
  // Nor does a connection that was there before.
  ASSERT_TRUE(early->send(request_text("GET", "/v1/status")));
  EXPECT_EQ(early->receive().value().status, 403);
  EXPECT_TRUE(early->is_closed_by_server());
  std::filesystem::remove(kept.string() + ".crt");
}

TEST_F(ApiContract, EveryDescribedAnswerWasSeen) {
  operations_->forget_policy();
  expect_described(test::route_of("showPolicy"),
                   asked("viewer", request_text("GET", "/v1/policy")));
  // What only a fault inside can bring about.
  const std::set<int> inner{500, 502, 503};
  for (const Route& route : routes()) {
    for (const auto& [status, unused] : contract_->operation(route)["responses"].items()) {
      if (inner.contains(std::stoi(status))) continue;
      EXPECT_TRUE(contract_->saw(route, std::stoi(status))) << route.operation << " " << status;
    }
  }
}

}  // namespace
}  // namespace sekimori
