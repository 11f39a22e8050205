#include "tests/support/test_api.hpp"

#include <stdexcept>

#include "control/pki/signing.hpp"

namespace sekimori::test {
namespace {

void require(const auto& result) {
  if (!result) throw std::runtime_error{result.error()};
}

}  // namespace

TestAuthority::TestAuthority() {
  require(make_authority(files_, "test site"));
  require(make_server_certificate(files_, {"localhost", "127.0.0.1"}));
  for (const std::string_view duty : duty_names) {
    require(make_person_certificate(files_, std::string{duty}, duty_of(duty).value(), 2));
  }
}

ClientFiles TestAuthority::person(std::string_view name) const {
  return {.authority = files_.certificate(),
          .certificate = files_.persons() / (std::string{name} + ".crt"),
          .key = files_.persons() / (std::string{name} + ".key")};
}

ClientFiles TestAuthority::expired_person() const {
  const auto authority = read_certified_key(files_.certificate(), files_.key());
  require(authority);
  const auto pair = certify({.common_name = "expired",
                             .organization = "Sekimori",
                             .unit = "approver",
                             .days = 1,
                             .extensions = {}},
                            &*authority);
  require(pair);
  constexpr long day_s = 86'400;
  X509_gmtime_adj(X509_getm_notBefore(pair->certificate.get()), -2 * day_s);
  X509_gmtime_adj(X509_getm_notAfter(pair->certificate.get()), -day_s);
  if (X509_sign(pair->certificate.get(), authority->key.get(), EVP_sha256()) <= 0) {
    throw std::runtime_error{"cannot sign"};
  }
  ClientFiles files = person("expired");
  require(write_certified_key(*pair, files.certificate, files.key));
  return files;
}

HttpAnswer ask(std::uint16_t port, const ClientFiles& client, const std::string& request) {
  auto connection = TlsClient::connect(port, client);
  if (!connection || !connection->send(request)) return {};
  return connection->receive(!request.starts_with("HEAD ")).value_or(HttpAnswer{});
}

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         const std::map<std::string, std::string>& headers) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  std::map<std::string, std::string> all = headers;
  if (!body.empty()) {
    all.try_emplace("Content-Length", std::to_string(body.size()));
    all.try_emplace("Content-Type", "application/json");
  }
  for (const auto& [name, value] : all) text += name + ": " + value + "\r\n";
  return text.append("\r\n").append(body);
}

}  // namespace sekimori::test
