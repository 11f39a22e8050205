#pragma once

#include <cstdint>

#include "bench/traffic/stream_layout.hpp"

namespace sekimori::bench {

/// The driver `net_sekibench`: its ports receive the packets of a stream without end, as fast as
/// they are asked for, and what they send vanishes. Receiving takes buffers from the pool together
/// and writes a packet into each; sending gives them back together. Both programs that are compared
/// use it: testpmd with the argument `stream=FILE`, and a program that is linked with the
/// driver by `give`. A port without a stream receives nothing.
///
/// Each receive queue begins at its own place in the stream.
inline constexpr const char* source_driver = "net_sekibench";

/// From now on the port receives these packets, which outlive its use of them. Nobody is receiving
/// meanwhile.
void give(std::uint16_t port, const StreamView& stream);

}  // namespace sekimori::bench
