#pragma once

#include <cstdint>

#include "dataplane/packet/parse.hpp"

namespace sekimori {

/// What a SYN-ACK in answer to a SYN says.
struct SynAck {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint16_t window = 0;
  std::uint16_t mss = 0;
  std::uint8_t window_scale = no_window_scale;
  bool sack_permitted = false;
  bool timestamps = false;
  bool ecn = false;  ///< agrees to ECN (RFC 3168, section 6.1.1)
  std::uint32_t timestamp_value = 0;
};

/// Turns a SYN into its SYN-ACK where it stands, with the same headers and the same length:
/// addresses and ports are exchanged, each TCP option is rewritten in its place, what is not agreed
/// to becomes NOP, as do IPv4 options; a payload is cut off. So an option that the SYN lacks cannot
/// be in the answer. The hardware kernel does the same, byte for byte.
void answer_in_place(Frame& frame, const Headers& headers, const SynAck& answer);

// The parts of it that answers to several SYNs at once are made of.

[[nodiscard]] constexpr std::uint8_t syn_ack_flags(const SynAck& answer) {
  return tcp_flag::syn | tcp_flag::ack | (answer.ecn ? tcp_flag::ece : 0U);
}

/// Sends the frame back to where it came from.
inline void swap_mac_addresses(std::uint8_t* frame) {
  constexpr std::size_t half = sizeof(MacAddress);
  const auto first = load<std::uint64_t>(frame);
  const auto sender_end = load<std::uint32_t>(frame + 2 * half - 4);
  // Words of 8 bytes overlap what is written after them.
  const std::uint64_t sender = first >> 48 | std::uint64_t{sender_end} << 16;
  store(frame, sender);
  store(frame + half, static_cast<std::uint32_t>(first));
  store(frame + half + 4, static_cast<std::uint16_t>(first >> 32));
}

/// Rewrites the options of a SYN, whose TCP header of `tcp_length` bytes begins at `tcp`. Returns
/// the sum of what they are now.
std::uint64_t rewrite_syn_options(std::uint8_t* tcp, std::size_t tcp_length,
                                  const TcpOptions& options, const SynAck& answer);

}  // namespace sekimori
