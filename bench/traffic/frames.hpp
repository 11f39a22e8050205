#pragma once

#include <array>
#include <cstdint>

#include "common/address.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/segment.hpp"

namespace sekimori::bench {

using FrameBuffer = std::array<std::uint8_t, reply_capacity>;

/// Writes the frame of a segment, padded to what Ethernet takes.
Frame write_frame(FrameBuffer& buffer, const Segment& segment);

/// The server, which is the destination of all packets unless there are many.
[[nodiscard]] Address server(Family family);
/// A client address of its own for each number below 2^24, and of IPv6 a /64 of its own.
[[nodiscard]] Address client(Family family, std::uint32_t number);
/// A protected address of its own for each number below 2^17.
[[nodiscard]] Address protected_address(std::uint32_t number);

/// What the client of that number, below 2^24, sends to the server: always from the same port with
/// the same first sequence number. Without flags.
[[nodiscard]] Segment client_segment(std::uint32_t number);

}  // namespace sekimori::bench
