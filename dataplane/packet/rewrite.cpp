#include "dataplane/packet/rewrite.hpp"

#include <algorithm>
#include <cstddef>

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

constexpr std::size_t sequence_offset = offsetof(TcpHeader, sequence);
constexpr std::size_t acknowledgement_offset = offsetof(TcpHeader, acknowledgement);
constexpr std::size_t tcp_checksum_offset = offsetof(TcpHeader, checksum);

void fill_with_nops(ChangedBytes& tcp, std::size_t offset, std::size_t length) {
  for (std::size_t i = offset; i < offset + length; ++i) {
    tcp.write(i, BigEndian<std::uint8_t>{tcp_option::nop});
  }
}

/// Changes the segment that is quoted at `quoted` of an ICMP message, with `held` of its bytes.
void add_to_quoted(ChangedBytes& message, std::size_t quoted, std::size_t held,
                   std::uint32_t add_sequence, std::uint32_t add_acknowledgement) {
  message.add(quoted + sequence_offset, add_sequence);
  // ICMP quotes no more than 8 bytes of the segment for certain.
  if (held < acknowledgement_offset + sizeof(be32)) return;
  message.add(quoted + acknowledgement_offset, add_acknowledgement);
  if (held < tcp_checksum_offset + sizeof(be16)) return;
  const auto checksum = message.read<be16>(quoted + tcp_checksum_offset);
  message.write(quoted + tcp_checksum_offset, checksum_update(checksum, message.difference()));
}

}  // namespace

std::uint16_t rescale_window(std::uint16_t window, int shift) {
  if (shift == 0 || window == 0) return window;
  const std::uint32_t scaled =
      shift > 0 ? std::uint32_t{window} << shift : std::uint32_t{window} >> -shift;
  return static_cast<std::uint16_t>(std::clamp(scaled, std::uint32_t{1}, std::uint32_t{65535}));
}

std::uint64_t translate_options(std::uint8_t* segment, const TcpOptions& options,
                                const Translation& by) {
  ChangedBytes tcp{segment};
  if (options.has_timestamps()) {
    if (by.remove_timestamps) {
      fill_with_nops(tcp, options.timestamps_offset, 10);
    } else {
      tcp.add(options.timestamps_offset + 2U, by.timestamp_value);
      // TSecr is not valid without the ACK flag (RFC 7323, section 3.2).
      const bool acknowledges = (header_at<TcpHeader>(segment).flags & tcp_flag::ack) != 0;
      if (acknowledges) tcp.add(options.timestamps_offset + 6U, by.timestamp_echo);
    }
  }
  if (by.remove_sack && options.sack_blocks != 0) {
    fill_with_nops(tcp, options.sack_offset, 2U + options.sack_blocks * 8U);
  }
  if (by.acknowledgement != 0 && !by.remove_sack) {
    for (unsigned edge = 0; edge < options.sack_blocks * 2U; ++edge) {
      tcp.add(options.sack_offset + 2U + edge * 4U, by.acknowledgement);
    }
  }
  return tcp.difference();
}

void translate_quoted(Frame& frame, const Headers& headers, std::uint32_t quoted_tcp_offset,
                      std::uint32_t add_sequence, std::uint32_t add_acknowledgement) {
  std::uint8_t* icmp_start = frame.data + headers.transport_offset;
  auto& icmp = header_at<IcmpHeader>(icmp_start);
  ChangedBytes message{icmp_start};
  add_to_quoted(message, quoted_tcp_offset - headers.transport_offset,
                headers.ip_end - quoted_tcp_offset, add_sequence, add_acknowledgement);
  icmp.checksum = checksum_update(icmp.checksum, message.difference());
}

}  // namespace sekimori
