#include "control/model/diagnostics.hpp"

#include <algorithm>
#include <numeric>

namespace sekimori {
namespace {

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make
/// one word of the other (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) {
  if (kept_.size() == max_kept) {
    ++not_kept_;
    return;
  }
  kept_.push_back(std::move(diagnostic));
}

bool Diagnostics::concern(std::string_view key) const {
  return std::ranges::find(kept_, key, &Diagnostic::key) != kept_.end();
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = kept_;
  std::ranges::stable_sort(result, {}, &Diagnostic::place);
  return result;
}

std::string Diagnostics::text() const {
  std::string result;
  for (const Diagnostic& d : sorted()) {
    result.append(file_)
        .append(":")
        .append(std::to_string(d.place.line))
        .append(":")
        .append(std::to_string(d.place.column))
        .append(": ");
    if (!d.key.empty()) result.append(d.key).append(": ");
    result.append(d.problem);
    if (!d.rule.empty()) result.append(" (").append(d.rule).append(")");
    if (!d.suggestion.empty()) result.append("; ").append(d.suggestion);
    result.append("\n");
  }
  if (not_kept_ > 0) {
    result.append(file_)
        .append(": and ")
        .append(std::to_string(not_kept_))
        .append(" faults more\n");
  }
  return result;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t max_word_length = 64;
  if (word.size() > max_word_length) return {};
  std::string_view best;
  // A third of the letters may be wrong, but in a short word at least one.
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty() || word.size() < 3) return best;
  const auto longer =
      std::ranges::find_if(candidates, [&](std::string_view c) { return c.starts_with(word); });
  return longer == candidates.end() ? best : *longer;
}

std::string alternatives(std::span<const std::string_view> words, std::string_view last_joint) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && i + 1 == words.size()) {
      result.append(" ").append(last_joint).append(" ");
    } else if (i > 0) {
      result.append(", ");
    }
    result.append(words[i]);
  }
  return result;
}

std::string printable(std::string_view text) {
  constexpr std::size_t max_shown = 80;
  std::size_t shown = std::min(text.size(), max_shown);
  // Not in the middle of a UTF-8 sequence.
  while (shown < text.size() && shown > 0 && (text[shown] & 0xc0) == 0x80) --shown;
  std::string result;
  for (const char c : text.substr(0, shown)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    result.push_back(control ? '?' : c);
  }
  return shown < text.size() ? result.append("...") : result;
}

std::string in_quotes(std::string_view text) {
  return '"' + printable(text) + '"';
}

}  // namespace sekimori
