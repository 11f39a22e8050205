#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "control/api/operations.hpp"
#include "control/api/routes.hpp"

namespace sekimori {

/// What is known of a request before its body is read.
struct RequestHead {
  std::string method;
  std::string target;
  std::string accept;
  std::string content_type;
  std::string content_encoding;
  std::string transfer_encoding;
  /// Empty: no such field.
  std::optional<std::string> content_length;
};

struct Answer {
  int status = 200;
  std::string media_type;  ///< with its parameters
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The API without its network: from requests to operations and back. It keeps nothing, so any
/// number of threads may use it.
class Api {
 public:
  /// A request that may go on: its body may be read, if it has one.
  struct Admitted {
    const Route* route = nullptr;
    Input input;
    std::size_t body_bytes = 0;  ///< exactly so many follow
  };

  explicit Api(Operations& operations) : operations_(operations) {}

  /// Finds the route and checks all but the body. Nothing of a body that is refused is read.
  [[nodiscard]] tl::expected<Admitted, Problem> admit(const RequestHead& head,
                                                      const Caller& caller) const;
  /// Checks the body and asks the operation.
  [[nodiscard]] Answer answer(Admitted admitted, std::string_view body, const RequestHead& head,
                              const Caller& caller) const;
  /// The answer that tells of a problem. Tells the operations when it is about who asks.
  [[nodiscard]] Answer refuse(const Problem& problem, const RequestHead& head,
                              const Caller& caller) const;

 private:
  Operations& operations_;
};

}  // namespace sekimori
