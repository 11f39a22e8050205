#pragma once

#include <cstddef>
#include <cstdint>

namespace sekimori {

/// What a peer on the management socket may ask for at most.
struct ManagementBounds {
  static constexpr std::size_t max_connections = 8;
  static constexpr std::size_t max_chunk_bytes = std::size_t{1} << 20;
  /// Of any message: more than the largest set of measures takes.
  static constexpr std::size_t max_message_bytes = std::size_t{8} << 20;
  static constexpr std::size_t max_measures = 16'384;
  /// Of all measures of a set together.
  static constexpr std::size_t max_sources = std::size_t{1} << 17;
  /// A week. Whoever wants a measure for longer says so again.
  static constexpr std::uint32_t max_lifetime_ms = 7U * 24 * 3600 * 1000;
  static constexpr std::size_t max_cookie_keys = 2'048;
};

}  // namespace sekimori
