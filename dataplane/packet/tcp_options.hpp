#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "common/bytes.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori {

namespace tcp_option {
inline constexpr std::uint8_t end = 0;
inline constexpr std::uint8_t nop = 1;
inline constexpr std::uint8_t mss = 2;             ///< RFC 9293, section 3.7.1
inline constexpr std::uint8_t window_scale = 3;    ///< RFC 7323, section 2
inline constexpr std::uint8_t sack_permitted = 4;  ///< RFC 2018, section 2
inline constexpr std::uint8_t sack = 5;            ///< RFC 2018, section 3
inline constexpr std::uint8_t timestamps = 8;      ///< RFC 7323, section 3
}  // namespace tcp_option

/// The largest shift that RFC 7323 allows.
inline constexpr std::uint8_t max_window_scale = 14;
/// Stands for "no window scale option" where a scale is kept.
inline constexpr std::uint8_t no_window_scale = 15;

/// What a TCP header's options say. Offsets count from the start of the TCP header; 0 means absent,
/// which no option can have.
struct TcpOptions {
  std::uint32_t timestamp_value = 0;
  std::uint32_t timestamp_echo = 0;
  std::uint16_t mss = 0;  ///< 0 when absent
  std::uint8_t window_scale = no_window_scale;
  std::uint8_t sack_permitted_offset = 0;
  std::uint8_t mss_offset = 0;
  std::uint8_t window_scale_offset = 0;
  std::uint8_t timestamps_offset = 0;
  std::uint8_t sack_offset = 0;
  std::uint8_t sack_blocks = 0;

  /// All that is offered and where it stands, as one number; only the timestamps are not in it.
  [[nodiscard]] constexpr std::uint64_t offer() const {
    return mss | std::uint64_t{window_scale} << 16 | std::uint64_t{sack_permitted_offset} << 24 |
           std::uint64_t{mss_offset} << 32 | std::uint64_t{window_scale_offset} << 40 |
           std::uint64_t{timestamps_offset} << 48 | std::uint64_t{sack_offset} << 56;
  }
  [[nodiscard]] bool has_timestamps() const { return timestamps_offset != 0; }
  [[nodiscard]] bool sack_permitted() const { return sack_permitted_offset != 0; }
  [[nodiscard]] std::optional<std::uint32_t> echoed_timestamp() const {
    return has_timestamps() ? std::optional{timestamp_echo} : std::nullopt;
  }
};

// The layout of Linux's SYNs, of which most floods have a copy, is read without a loop: MSS, SACK
// permitted, timestamps, NOP, window scale.

inline constexpr std::size_t usual_syn_header = sizeof(TcpHeader) + 20;

/// Whether a TCP header of `usual_syn_header` bytes has that layout.
[[nodiscard]] inline bool has_usual_syn_options(const std::uint8_t* header) {
  constexpr be16 mss{tcp_option::mss << 8 | 4};
  constexpr be32 sack_and_timestamps{std::uint32_t{tcp_option::sack_permitted} << 24 | 2 << 16 |
                                     tcp_option::timestamps << 8 | 10};
  constexpr be32 scale{std::uint32_t{tcp_option::nop} << 24 | tcp_option::window_scale << 16 |
                       3 << 8};
  constexpr be32 scale_mask{0xffffff00U};
  const std::uint8_t* options = header + sizeof(TcpHeader);
  return load<be16>(options) == mss && load<be32>(options + 4) == sack_and_timestamps &&
         (load<be32>(options + 16).raw() & scale_mask.raw()) == scale.raw();
}

/// Reads the options of a header that has it; `options` has none yet. Returns their `offer()`.
inline std::uint64_t read_usual_syn_options(const std::uint8_t* header, TcpOptions& options) {
  constexpr std::uint8_t at = sizeof(TcpHeader);
  constexpr TcpOptions places{.window_scale = 0,
                              .sack_permitted_offset = at + 4,
                              .mss_offset = at,
                              .window_scale_offset = at + 17,
                              .timestamps_offset = at + 6};
  const std::uint16_t mss = load<be16>(header + at + 2).host();
  const std::uint8_t scale = std::min(header[at + 19], max_window_scale);
  options.timestamp_value = load<be32>(header + at + 8).host();
  options.timestamp_echo = load<be32>(header + at + 12).host();
  options.mss = mss;
  options.window_scale = scale;
  options.sack_permitted_offset = places.sack_permitted_offset;
  options.mss_offset = places.mss_offset;
  options.window_scale_offset = places.window_scale_offset;
  options.timestamps_offset = places.timestamps_offset;
  return places.offer() | mss | std::uint64_t{scale} << 16;
}

/// Reads the options of `header`, a whole TCP header. False when the list is malformed: a length
/// below 2 or past the end, a known option of a wrong length, or a known option twice.
[[nodiscard]] bool parse_tcp_options(std::span<const std::uint8_t> header, TcpOptions& options);

}  // namespace sekimori
