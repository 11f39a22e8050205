#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sekimori {

using Json = nlohmann::ordered_json;

// Why a request was refused or failed, as RFC 9457 wants it told.
//
// Every entry is X(name, HTTP status, title). The problem's type is
// "urn:sekimori:problem:NAME"; docs/API.md lists them all.
#define SEKIMORI_PROBLEMS(X)                                               \
  X(malformed, 400, "The request cannot be read")                          \
  X(certificate_refused, 403, "The certificate does not admit its holder") \
  X(duty_missing, 403, "The duty does not cover this")                     \
  X(own_request, 403, "Another person has to decide this")                 \
  X(not_found, 404, "There is no such thing")                              \
  X(method_not_allowed, 405, "This cannot be done here")                   \
  X(not_acceptable, 406, "There is no such representation")                \
  X(conflict, 409, "The present state does not allow this")                \
  X(length_required, 411, "The body's length is missing")                  \
  X(too_large, 413, "The request is too large")                            \
  X(media_type, 415, "The body has the wrong type")                        \
  X(invalid, 422, "The input breaks a rule")                               \
  X(internal, 500, "Sekimori failed")                                      \
  X(upstream_failed, 502, "Another system refused or failed")              \
  X(unavailable, 503, "This is not possible at the moment")

#define SEKIMORI_ENUMERATOR(name, status, title) name,
enum class ProblemKind : std::uint8_t { SEKIMORI_PROBLEMS(SEKIMORI_ENUMERATOR) };
#undef SEKIMORI_ENUMERATOR

struct ProblemText {
  std::string_view name;
  int status;
  std::string_view title;
};
#define SEKIMORI_TEXT(name, status, title) ProblemText{#name, status, title},
inline constexpr std::array problem_texts{SEKIMORI_PROBLEMS(SEKIMORI_TEXT)};
#undef SEKIMORI_TEXT

[[nodiscard]] constexpr const ProblemText& text_of(ProblemKind kind) {
  return problem_texts[static_cast<std::size_t>(kind)];
}

/// One part of the input that breaks a rule.
struct InputFault {
  std::string place;  ///< a JSON pointer ("/confirm_within_s"), "limit", or "policy.toml:3:13"
  std::string rule;   ///< "has to be a whole number from 1 to 1000"
  friend bool operator==(const InputFault&, const InputFault&) = default;
};

struct Problem {
  ProblemKind kind = ProblemKind::internal;
  /// What happened this time and what to do, in a sentence. Never a secret.
  std::string detail;
  /// Of kind `invalid`: every fault that was found.
  std::vector<InputFault> faults;
};

/// The body of an answer of type application/problem+json. `instance` is the request's path.
[[nodiscard]] Json problem_json(const Problem& problem, std::string_view instance);

}  // namespace sekimori
