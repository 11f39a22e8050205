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

}  // namespace sekimori
