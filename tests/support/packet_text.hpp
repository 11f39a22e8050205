#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "dataplane/packet/frame.hpp"

namespace sekimori::test {

// Frames as one line of text, close to what tcpdump prints. Words are separated by blanks; what a
// line leaves out has the value that an ordinary stack would send, and lengths and checksums are
// computed. `tests/scenario/README.md` lists the words.
//
//   198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 win=64240 mss=1460 sackok ts=10/0 nop ws=7
//   vlan=100 [2001:db8::7]:53 > [2001:db8::10]:53 udp data=query
//   203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 tcp [.]
//   raw 020000000002020000000001080045
//
// The software under test is not used here: what it computes is compared with what stands here.

using Bytes = std::vector<std::uint8_t>;

/// One word of a line: `key=value`, or a key alone. TCP flags have the key "flags", the two sides
/// of ">" the keys "source" and "destination", the ICMP type and code "type".
struct Word {
  std::string key;
  std::string value;
};

/// The words of a line up to a "|" or its end.
[[nodiscard]] std::vector<Word> split_words(std::string_view line);

/// The frame that a line describes, on its way toward `toward`, which decides on the MAC addresses
/// that it has if the line names none.
[[nodiscard]] tl::expected<Bytes, std::string> encode_packet(std::string_view line, Side toward);

/// The line that `encode_packet` turns into exactly these bytes, with `badsum` or `badip` where a
/// checksum is wrong; "raw ..." for a frame that no other line describes.
[[nodiscard]] std::string decode_packet(std::span<const std::uint8_t> frame, Side toward);

// What the two directions share.

[[nodiscard]] Bytes from_hex(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
/// The payload that `len=` stands for: the alphabet, again and again.
[[nodiscard]] Bytes pattern_payload(std::size_t length);
/// RFC 1071; 0 over data that carries a right checksum.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::uint8_t> data,
                                              std::uint32_t start = 0);
/// The sum with which a checksum that covers a pseudo-header starts. `addresses` are the source and
/// the destination, 4 or 16 bytes each.
[[nodiscard]] std::uint32_t pseudo_header(std::span<const std::uint8_t> addresses,
                                          std::uint8_t protocol, std::size_t length);
/// The address that stations outside (1) and inside (2) have unless a line says otherwise.
[[nodiscard]] std::string default_macs(Side toward);

}  // namespace sekimori::test
