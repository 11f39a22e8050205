#include "dataplane/packet/tcp_options.hpp"

#include <algorithm>

#include "common/bytes.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori {
namespace {

/// The layout of nearly every segment of an established connection: NOP, NOP, timestamps (RFC 7323,
/// appendix A).
constexpr std::uint32_t aligned_timestamps = 0x0101080a;

bool read_option(std::span<const std::uint8_t> header, std::uint8_t at, std::uint8_t length,
                 TcpOptions& options) {
  const std::uint8_t* option = header.data() + at;
  const auto once = [&](std::uint8_t& offset, bool length_is_right) {
    if (offset != 0 || !length_is_right) return false;
    offset = at;
    return true;
  };
  switch (*option) {
    case tcp_option::mss:
      if (!once(options.mss_offset, length == 4)) return false;
      options.mss = load<be16>(option + 2).host();
      return true;
    case tcp_option::window_scale:
      if (!once(options.window_scale_offset, length == 3)) return false;
      options.window_scale = std::min(option[2], max_window_scale);
      return true;
    case tcp_option::sack_permitted:
      return once(options.sack_permitted_offset, length == 2);
    case tcp_option::sack:
      if (!once(options.sack_offset, length >= 10 && (length - 2) % 8 == 0)) return false;
      options.sack_blocks = static_cast<std::uint8_t>((length - 2) / 8);
      return true;
    case tcp_option::timestamps:
      if (!once(options.timestamps_offset, length == 10)) return false;
      options.timestamp_value = load<be32>(option + 2).host();
      options.timestamp_echo = load<be32>(option + 6).host();
      return true;
    default:
      return true;
  }
}

}  // namespace

bool parse_tcp_options(std::span<const std::uint8_t> header, TcpOptions& options) {
  std::size_t at = sizeof(TcpHeader);
  if (header.size() == at + 12 && load<be32>(header.data() + at).host() == aligned_timestamps) {
    return read_option(header, static_cast<std::uint8_t>(at + 2), 10, options);
  }
  if (header.size() == usual_syn_header && has_usual_syn_options(header.data())) {
    (void)read_usual_syn_options(header.data(), options);
    return true;
  }
  while (at < header.size()) {
    const std::uint8_t kind = header[at];
    if (kind == tcp_option::end) return true;
    if (kind == tcp_option::nop) {
      ++at;
      continue;
    }
    if (header.size() - at < 2) return false;
    const std::uint8_t length = header[at + 1];
    if (length < 2 || length > header.size() - at) return false;
    if (!read_option(header, static_cast<std::uint8_t>(at), length, options)) return false;
    at += length;
  }
  return true;
}

}  // namespace sekimori
