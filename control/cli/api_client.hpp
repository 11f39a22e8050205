#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "control/cli/connection_settings.hpp"

namespace sekimori {

using Json = nlohmann::ordered_json;

/// Why a call came to nothing.
struct CallFailure {
  int exit_status = 0;
  std::string words;  ///< lines for standard error, with what to do
};

template <typename T>
using CallResult = tl::expected<T, CallFailure>;

/// The query of a call; empty values are left out.
using Query = std::vector<std::pair<std::string, std::string>>;

/// Calls the API as the person whom the certificate names. Each call has a connection of its own.
class ApiClient {
 public:
  explicit ApiClient(ConnectionSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] CallResult<Json> get(const std::string& path, const Query& query = {}) const;
  [[nodiscard]] CallResult<Json> post(const std::string& path, const Json& body) const;
  /// As text of a media type.
  [[nodiscard]] CallResult<std::string> get_text(const std::string& path,
                                                 const std::string& media_type) const;

 private:
  [[nodiscard]] CallResult<std::string> call(const std::string& method, const std::string& target,
                                             const std::string& body,
                                             const std::string& media_type) const;

  ConnectionSettings settings_;
};

/// What a problem (RFC 9457) tells, in lines for people.
[[nodiscard]] CallFailure failure_of(int http_status, const std::string& body);

}  // namespace sekimori
