#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekimori {

/// A position in the policy's text; both count from 1, and columns count characters.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend constexpr auto operator<=>(const Place&, const Place&) = default;
};

/// One fault of a policy.
struct Diagnostic {
  Place place;
  /// The path of the key, such as "object.server.mss_ipv4".
  std::string key;
  /// What was found.
  std::string problem;
  /// What would be right.
  std::string rule;
  /// What to write instead; empty when nothing can be guessed.
  std::string suggestion;
};

/// All faults of one policy file.
class Diagnostics {
 public:
  /// A file may be wrong in every line; beyond this many faults only their number is kept.
  static constexpr std::size_t max_kept = 1000;

  explicit Diagnostics(std::string file) : file_(std::move(file)) {}

  void add(Diagnostic diagnostic);
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  /// Whether one of the faults that are kept is about this key.
  [[nodiscard]] bool concern(std::string_view key) const;
  /// In the order of the file.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;
  /// One line for each fault, as compilers write them:
  /// "policy.toml:12:7: object.syn: "prox" is unknown (off, proxy, ...); did you mean "proxy"?"
  [[nodiscard]] std::string text() const;

 private:
  std::string file_;
  std::vector<Diagnostic> kept_;
  std::size_t not_kept_ = 0;
};

/// The candidate that `word` was most probably meant to be: the one with the fewest letters to
/// change, or one that begins with it. Empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string alternatives(std::span<const std::string_view> words,
                                       std::string_view last_joint = "or");

/// The text, cut to 80 bytes and with control characters replaced, so that a message stays short
/// and on its line whatever the file holds.
[[nodiscard]] std::string printable(std::string_view text);

/// The same in quotation marks.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace sekimori
