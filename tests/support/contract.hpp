#pragma once

#include <set>
#include <string>
#include <utility>

#include "control/api/routes.hpp"
#include "tests/support/tls_client.hpp"

namespace sekimori::test {

/// Holds answers to an OpenAPI document as a server gives it.
class Contract {
 public:
  explicit Contract(Json document) : document_(std::move(document)) {}

  [[nodiscard]] const Json& document() const { return document_; }
  /// What the document says about the operation of a route.
  [[nodiscard]] const Json& operation(const Route& route) const;
  /// What about an answer is not as described; empty if all is.
  [[nodiscard]] std::string fault(const Route& route, const HttpAnswer& answer);
  /// Whether an answer with this status was looked at.
  [[nodiscard]] bool saw(const Route& route, int status) const;

 private:
  Json document_;
  std::set<std::pair<std::string, int>> seen_;
};

/// Throws if there is none.
[[nodiscard]] const Route& route_of(const std::string& operation);

}  // namespace sekimori::test
