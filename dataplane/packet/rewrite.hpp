#pragma once

#include <cstddef>
#include <cstdint>

#include "dataplane/packet/changed_bytes.hpp"
#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/parse.hpp"

namespace sekimori {

/// How the numbers of one direction of a spliced connection change. All additions are modulo 2^32.
struct Translation {
  std::uint32_t sequence = 0;         ///< added to the sequence number
  std::uint32_t acknowledgement = 0;  ///< added to the acknowledgement number and to SACK blocks
  std::uint32_t timestamp_value = 0;  ///< added to TSval
  std::uint32_t timestamp_echo = 0;   ///< added to TSecr
  std::int8_t window_shift = 0;       ///< window times 2^shift; never a non-zero window to 0
  bool remove_timestamps = false;     ///< the other side has not negotiated them
  bool remove_sack = false;
};

/// A window after a change of scale: shifted, at most 65,535, and not 0 unless it was.
[[nodiscard]] std::uint16_t rescale_window(std::uint16_t window, int shift);

/// The part of `translate` that is about options; few segments have any. Returns what it adds to
/// the sum of the segment.
[[nodiscard]] std::uint64_t translate_options(std::uint8_t* segment, const TcpOptions& options,
                                              const Translation& by);

/// Changes the TCP segment that begins at `segment` in place, its checksum by update (RFC 1624).
/// `options` are those of the segment. A zero acknowledgement of a segment without the ACK flag
/// stays as it is.
inline void translate(std::uint8_t* segment, const TcpOptions& options, const Translation& by) {
  auto& tcp = header_at<TcpHeader>(segment);
  ChangedBytes numbers{segment};
  numbers.add(offsetof(TcpHeader, sequence), by.sequence);
  if ((tcp.flags & tcp_flag::ack) != 0) {
    numbers.add(offsetof(TcpHeader, acknowledgement), by.acknowledgement);
  }
  if (by.window_shift != 0 && (tcp.flags & tcp_flag::syn) == 0) {
    numbers.write(offsetof(TcpHeader, window),
                  be16{rescale_window(tcp.window.host(), by.window_shift)});
  }
  std::uint64_t difference = numbers.difference();
  if ((options.timestamps_offset | options.sack_blocks) != 0) {
    difference += translate_options(segment, options, by);
  }
  tcp.checksum = checksum_update(tcp.checksum, difference);
}

/// Changes the TCP sequence number, and the acknowledgement number if there, of the segment that an
/// ICMP error quotes at `quoted_tcp_offset` of the frame, and the ICMP checksum with them. The
/// quoted segment's own checksum, where quoted, is updated too.
void translate_quoted(Frame& frame, const Headers& headers, std::uint32_t quoted_tcp_offset,
                      std::uint32_t add_sequence, std::uint32_t add_acknowledgement);

}  // namespace sekimori
