#include "control/cli/api_client.hpp"

#include <httplib.h>

#include "common/percent_encoding.hpp"
#include "control/cli/exit_status.hpp"
#include "control/model/clean_text.hpp"
#include "control/pki/signing.hpp"

namespace sekimori {
namespace {

constexpr int connect_timeout_s = 5;
/// Trying a policy on a long capture takes its time.
constexpr int answer_timeout_s = 300;

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? clean_text(found->get<std::string>()) : "";
}

/// What of a request the caller could have known to be wrong.
bool is_wrong_input(int http_status) {
  return http_status == 400 || http_status == 404 || http_status == 413 || http_status == 422;
}

CallFailure unreachable(const ConnectionSettings& settings, httplib::Error error,
                        long verification) {
  std::string words = settings.url + ": ";
  switch (error) {
    case httplib::Error::SSLServerVerification:
      words += "the server is not the one it should be: ";
      words += verification == X509_V_OK ? "its certificate is for another name"
                                         : X509_verify_cert_error_string(verification);
      words += "; check the url and the ca " + settings.ca;
      break;
    case httplib::Error::SSLConnection:
    case httplib::Error::Read:
    case httplib::Error::Write:
      words += "the server ended the connection; is the certificate " + settings.certificate +
               " of its authority, and still valid?";
      break;
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
      words += "no connection; does sekimori-control run, and is the port reachable from here?";
      break;
    default:
      words += httplib::to_string(error);
  }
  return {.exit_status = exit_failure, .words = words};
}

CallResult<Json> parsed(const CallResult<std::string>& text) {
  if (!text) return tl::unexpected{text.error()};
  Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) {
    return tl::unexpected{
        CallFailure{.exit_status = exit_failure,
                    .words = "the answer is no JSON; are server and sekictl of the same version?"}};
  }
  return json;
}

}  // namespace

CallFailure failure_of(int http_status, const std::string& body) {
  CallFailure failure{.exit_status = is_wrong_input(http_status) ? exit_wrong_input : exit_failure,
                      .words = {}};
  const Json problem = Json::parse(body, nullptr, false);
  if (!problem.is_object()) {
    failure.words = "the server answered with HTTP status " + std::to_string(http_status);
    return failure;
  }
  failure.words = text_at(problem, "title") + ": " + text_at(problem, "detail");
  if (const auto errors = problem.find("errors"); errors != problem.end() && errors->is_array()) {
    for (const Json& error : *errors) {
      failure.words += "\n  " + text_at(error, "place") + ": " + text_at(error, "rule");
    }
  }
  return failure;
}

CallResult<std::string> ApiClient::call(const std::string& method, const std::string& target,
                                        const std::string& body,
                                        const std::string& media_type) const {
  const auto wrong = [](const std::string& words) {
    return tl::unexpected{CallFailure{.exit_status = exit_wrong_input, .words = words}};
  };
  const auto at = parse_api_url(settings_.url);
  if (!at) return wrong(at.error());
  // The library would only say that something of these files is wrong.
  if (const auto ca = read_certificate(settings_.ca); !ca) return wrong(ca.error());
  const auto pair = read_certified_key(settings_.certificate, settings_.key);
  if (!pair) return wrong(pair.error());

  httplib::SSLClient client{at->host, at->port, pair->certificate.get(), pair->key.get()};
  SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_2_VERSION);
  client.set_ca_cert_path(settings_.ca);
  client.enable_server_certificate_verification(true);
  client.set_url_encode(false);
  client.set_connection_timeout(connect_timeout_s);
  client.set_read_timeout(answer_timeout_s);
  client.set_write_timeout(answer_timeout_s);
  const httplib::Headers headers{{"Accept", media_type}};
  const httplib::Result result = method == "GET"
                                     ? client.Get(target, headers)
                                     : client.Post(target, headers, body, "application/json");
  if (!result) {
    return tl::unexpected{
        unreachable(settings_, result.error(), client.get_openssl_verify_result())};
  }
  if (result->status != 200) return tl::unexpected{failure_of(result->status, result->body)};
  return result->body;
}

CallResult<Json> ApiClient::get(const std::string& path, const Query& query) const {
  std::string target = path;
  char mark = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    target += mark + name + "=" + percent_encoded(value);
    mark = '&';
  }
  return parsed(call("GET", target, "", "application/json"));
}

CallResult<Json> ApiClient::post(const std::string& path, const Json& body) const {
  return parsed(call("POST", path, body.dump(-1, ' ', false, Json::error_handler_t::replace),
                     "application/json"));
}

CallResult<std::string> ApiClient::get_text(const std::string& path,
                                            const std::string& media_type) const {
  return call("GET", path, "", media_type);
}

}  // namespace sekimori
