#pragma once

#include <span>
#include <string>

#include "common/evidence.hpp"

namespace sekimori {

/// The samples as the bytes of a pcap file, in the order of their times. Samples hold the beginning
/// of a packet only; the rest becomes zeros, and the checksum of its transport header is made right
/// again, so that a replay does not refuse the packet for having been cut. Of packets that were
/// dropped for a wrong checksum it stays wrong.
[[nodiscard]] std::string sample_capture(std::span<const PacketSample> samples);

}  // namespace sekimori
