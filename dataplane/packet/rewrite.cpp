#include "dataplane/packet/rewrite.hpp"

#include <algorithm>

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

/// Bytes that one checksum covers. The checksum follows all changes when the editor ends.
class Editor {
 public:
  Editor(std::uint8_t* covered, be16& checksum)
      : covered_(covered), checksum_(checksum), sum_(complement(checksum.raw())) {}
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor() { checksum_ = checksum_field(sum_); }

  void add(std::size_t offset, std::uint32_t amount) {
    if (amount == 0) return;
    write(offset, be32{load<be32>(covered_ + offset).host() + amount});
  }

  /// RFC 1624, equation 3, in parts. Words at odd offsets add to the sum with their bytes exchanged
  /// (RFC 1071, section 2 B), which options may lie at.
  template <typename Word>
  void write(std::size_t offset, Word after) {
    const Word before = load<Word>(covered_ + offset);
    store(covered_ + offset, after);
    if (offset % 2 == 0) {
      sum_ += complement(before.raw()) + after.raw();
    } else {
      sum_ += complement(swapped(before.raw())) + swapped(after.raw());
    }
  }

  void fill_with_nops(std::size_t offset, std::size_t length) {
    for (std::size_t i = offset; i < offset + length; ++i) {
      write(i, BigEndian<std::uint8_t>{tcp_option::nop});
    }
  }

 private:
  /// 2^32 - 1 is 0 modulo 2^16 - 1, so this is a negative number for every width.
  static std::uint64_t complement(std::uint32_t raw) { return ~raw; }
  static std::uint32_t swapped(std::uint32_t raw) {
    return (raw >> 8 & 0x00ff00ffU) | (raw << 8 & 0xff00ff00U);
  }

  std::uint8_t* covered_;
  be16& checksum_;
  std::uint64_t sum_;
};

constexpr std::size_t sequence_offset = 4;
constexpr std::size_t acknowledgement_offset = 8;
constexpr std::size_t window_offset = 14;
constexpr std::size_t tcp_checksum_offset = 16;

}  // namespace

std::uint16_t rescale_window(std::uint16_t window, int shift) {
  if (shift == 0 || window == 0) return window;
  const std::uint32_t scaled =
      shift > 0 ? std::uint32_t{window} << shift : std::uint32_t{window} >> -shift;
  return static_cast<std::uint16_t>(std::clamp(scaled, std::uint32_t{1}, std::uint32_t{65535}));
}

void translate(Frame& frame, const Headers& headers, const Translation& by) {
  std::uint8_t* start = frame.data + headers.transport_offset;
  auto& tcp = header_at<TcpHeader>(start);
  Editor editor{start, tcp.checksum};
  const TcpOptions& options = headers.options;

  editor.add(sequence_offset, by.sequence);
  if (headers.has(tcp_flag::ack)) editor.add(acknowledgement_offset, by.acknowledgement);
  if (by.window_shift != 0 && !headers.has(tcp_flag::syn)) {
    editor.write(window_offset, be16{rescale_window(headers.window, by.window_shift)});
  }
  if (options.has_timestamps()) {
    if (by.remove_timestamps) {
      editor.fill_with_nops(options.timestamps_offset, 10);
    } else {
      editor.add(options.timestamps_offset + 2U, by.timestamp_value);
      // TSecr is not valid without the ACK flag (RFC 7323, section 3.2).
      if (headers.has(tcp_flag::ack)) editor.add(options.timestamps_offset + 6U, by.timestamp_echo);
    }
  }
  if (by.remove_sack && options.sack_blocks != 0) {
    editor.fill_with_nops(options.sack_offset, 2U + options.sack_blocks * 8U);
  }
  if (by.acknowledgement != 0 && !by.remove_sack) {
    for (unsigned edge = 0; edge < options.sack_blocks * 2U; ++edge) {
      editor.add(options.sack_offset + 2U + edge * 4U, by.acknowledgement);
    }
  }
}

void translate_quoted(Frame& frame, const Headers& headers, std::uint32_t quoted_tcp_offset,
                      std::uint32_t add_sequence, std::uint32_t add_acknowledgement) {
  std::uint8_t* icmp_start = frame.data + headers.transport_offset;
  auto& icmp = header_at<IcmpHeader>(icmp_start);
  Editor message{icmp_start, icmp.checksum};
  const std::size_t quoted = quoted_tcp_offset - headers.transport_offset;
  const std::uint8_t* tcp = frame.data + quoted_tcp_offset;
  const std::size_t held = headers.ip_end - quoted_tcp_offset;

  const be32 sequence = load<be32>(tcp + sequence_offset);
  const be32 new_sequence{sequence.host() + add_sequence};
  message.write(quoted + sequence_offset, new_sequence);
  // ICMP quotes no more than 8 bytes of the segment for certain.
  if (held < acknowledgement_offset + sizeof(be32)) return;
  const be32 acknowledgement = load<be32>(tcp + acknowledgement_offset);
  const be32 new_acknowledgement{acknowledgement.host() + add_acknowledgement};
  message.write(quoted + acknowledgement_offset, new_acknowledgement);
  if (held < tcp_checksum_offset + sizeof(be16)) return;
  be16 checksum = load<be16>(tcp + tcp_checksum_offset);
  checksum = checksum_update(checksum, sequence, new_sequence);
  checksum = checksum_update(checksum, acknowledgement, new_acknowledgement);
  message.write(quoted + tcp_checksum_offset, checksum);
}

}  // namespace sekimori
