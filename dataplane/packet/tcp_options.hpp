#pragma once

#include <cstdint>
#include <span>

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

  [[nodiscard]] bool has_timestamps() const { return timestamps_offset != 0; }
  [[nodiscard]] bool sack_permitted() const { return sack_permitted_offset != 0; }
};

/// Reads the options of `header`, a whole TCP header. False when the list is malformed: a length
/// below 2 or past the end, a known option of a wrong length, or a known option twice.
[[nodiscard]] bool parse_tcp_options(std::span<const std::uint8_t> header, TcpOptions& options);

}  // namespace sekimori
