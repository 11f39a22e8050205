#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "dataplane/packet/frame.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {

// Any bytes as a sequence of frames through a whole pipeline. Fuzzing and property tests share it.
//
// Every frame is a record: one byte of control, its length as two little-endian bytes, and the
// frame. The last record may be cut short.

namespace drive {
inline constexpr std::uint8_t from_inside = 0x01;
/// The port claims to have verified the checksum.
inline constexpr std::uint8_t checksum_good = 0x02;
/// Checksums are computed before the frame arrives, so that a change somewhere else does not end
/// its way at once.
inline constexpr std::uint8_t repair = 0x04;
/// The segment acknowledges the last SYN-ACK that the pipeline sent, timestamps included.
inline constexpr std::uint8_t acknowledge = 0x08;
/// The timers run before.
inline constexpr std::uint8_t tick = 0x10;
/// The upper three bits say how long the clock goes on before, from nothing to over an hour.
inline constexpr unsigned wait_shift = 5;
}  // namespace drive

/// Appends one record.
void add_record(Bytes& input, std::uint8_t control, std::span<const std::uint8_t> frame);

/// Gives the frames to a pipeline with small tables and an object in every mode. Returns which
/// promise the pipeline broke, if any: a verdict for each packet and every one of them counted, no
/// length beyond the capacity, replies that are whole and correct packets.
[[nodiscard]] std::optional<std::string> drive_pipeline(std::span<const std::uint8_t> input);

}  // namespace sekimori::test
