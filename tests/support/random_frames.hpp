#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "dataplane/packet/frame.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {

// Frames by chance, as lines of text or as bytes. A frame depends on the state of `Random` alone,
// so a seed stands for one.

using Random = std::mt19937;

/// A number from 0 to `end` - 1.
[[nodiscard]] inline std::uint32_t below(Random& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random() % end);
}
[[nodiscard]] inline bool one_in(Random& random, std::uint32_t count) {
  return below(random, count) == 0;
}

/// The two ends and the IP words of a packet from one IPv4 host to another, both valid.
[[nodiscard]] std::string random_ipv4_ends(Random& random);
/// TCP options in order, of any kinds and in any places, as words.
[[nodiscard]] std::string random_tcp_options(Random& random);
/// The options of a SYN, as often as not those of Linux.
[[nodiscard]] std::string random_syn_options(Random& random);

/// A right TCP segment without tags, over IPv4 without options or IPv6 without extension headers:
/// any flags, options, payload and padding that are allowed.
[[nodiscard]] std::string random_plain_tcp(Random& random);
/// A SYN of the same kind.
[[nodiscard]] std::string random_plain_syn(Random& random);

/// Any frame: plain TCP as often as not, right or with one fault; everything that is something
/// else; bytes changed at random places, with checksums that are right again or not.
[[nodiscard]] Bytes random_frame(Random& random);
[[nodiscard]] ChecksumHint random_hint(Random& random);

/// Computes the IPv4 header's checksum and the transport's, where they would be verified.
void repair_checksums(Frame frame);

}  // namespace sekimori::test
