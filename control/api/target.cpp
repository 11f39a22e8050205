#include "control/api/target.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sekimori {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return {};
}

/// UTF-8 by the JSON library, which refuses everything else when it writes strictly.
bool is_clean_text(const std::string& text) {
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (controls) return false;
  try {
    (void)Json(text).dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return {};
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return {};
      out += static_cast<char>(*high << 4U | *low);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  if (!is_clean_text(out)) return {};
  return out;
}

Problem malformed(std::string detail) {
  return {.kind = ProblemKind::malformed, .detail = std::move(detail), .faults = {}};
}

/// The parts between separators; of an empty text, one empty part.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The weight of a media range, 1 if it gives none; a wrong one counts as 0.
double weight_of(const std::vector<std::string_view>& parameters) {
  for (std::size_t i = 1; i < parameters.size(); ++i) {
    std::string_view parameter = trimmed(parameters[i]);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    parameter.remove_prefix(2);
    double weight = 0;
    const auto read =
        std::from_chars(parameter.data(), parameter.data() + parameter.size(), weight);
    if (read.ec != std::errc{} || !(weight >= 0 && weight <= 1)) return 0;
    return weight;
  }
  return 1;
}

/// How closely a media range names a type: 0 not at all, 3 exactly.
int closeness(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

}  // namespace

tl::expected<Target, Problem> parse_target(std::string_view target) {
  if (target.size() > max_target_bytes) {
    return tl::unexpected{malformed("The target is longer than " +
                                    std::to_string(max_target_bytes) + " bytes; shorten it.")};
  }
  if (!target.starts_with('/')) {
    return tl::unexpected{malformed("The target has to begin with \"/\".")};
  }
  Target parsed;
  const std::size_t question = target.find('?');
  for (const std::string_view part : split(target.substr(1, question - 1), '/')) {
    auto segment = decoded(part, false);
    if (!segment) {
      return tl::unexpected{malformed(
          "The path has to be UTF-8 without control characters, percent-encoded (RFC 3986).")};
    }
    if (segment->empty() || *segment == "." || *segment == "..") {
      return tl::unexpected{Problem{.kind = ProblemKind::not_found,
                                    .detail = "A path with empty, \".\" or \"..\" parts names "
                                              "nothing here; see /v1/openapi.json.",
                                    .faults = {}}};
    }
    parsed.segments.push_back(std::move(*segment));
  }
  if (question == std::string_view::npos || question + 1 == target.size()) return parsed;
  for (const std::string_view pair : split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), true);
    auto value = decoded(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) {
      return tl::unexpected{malformed(
          "The query has to be UTF-8 without control characters, percent-encoded (RFC 3986).")};
    }
    if (parsed.query.size() == max_query_parameters) {
      return tl::unexpected{malformed("The query has more than " +
                                      std::to_string(max_query_parameters) + " parameters.")};
    }
    parsed.query.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

std::string shown_path(std::string_view target) {
  std::string path{target.substr(0, std::min(target.find('?'), max_target_bytes))};
  std::replace_if(
      path.begin(), path.end(), [](char c) { return c <= 0x20 || c == 0x7f; }, '?');
  return path;
}

std::string_view negotiate(std::string_view accept, const std::vector<std::string_view>& offered) {
  if (trimmed(accept).empty()) return offered.front();
  std::string_view best;
  double best_weight = 0;
  const auto ranges = split(accept, ',');
  for (const std::string_view type : offered) {
    // The most specific range that fits a type gives its weight.
    int closest = 0;
    double weight = 0;
    for (const std::string_view range : ranges) {
      const auto parameters = split(range, ';');
      const int close = closeness(trimmed(parameters.front()), type);
      if (close > closest) {
        closest = close;
        weight = weight_of(parameters);
      }
    }
    if (closest > 0 && weight > best_weight) {
      best = type;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace sekimori
