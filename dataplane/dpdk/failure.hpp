#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sekimori {

/// Why the dataplane cannot start, and the status that the program ends with.
struct Failure {
  /// 2: a flag or the policy is wrong. 1: the machine refused something.
  int exit_status = 1;
  /// Names the flag or the port, the rule and what to do. Empty when it has been said already.
  std::string message;
};

[[nodiscard]] inline tl::unexpected<Failure> wrong_input(std::string message) {
  return tl::unexpected<Failure>({.exit_status = 2, .message = std::move(message)});
}

[[nodiscard]] inline tl::unexpected<Failure> refused(std::string message) {
  return tl::unexpected<Failure>({.exit_status = 1, .message = std::move(message)});
}

}  // namespace sekimori
