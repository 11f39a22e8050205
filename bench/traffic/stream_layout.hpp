#pragma once

#include <array>
#include <cstdint>

namespace sekimori::bench {

/// What varies between the packets of a stream is one or two of these.
struct alignas(32) PatchBlock {
  std::array<std::uint8_t, 32> bytes;
};

/// A stream of packets, as it lies in memory and in a file: one frame, and for each packet the
/// bytes that differ from it. Making a packet is a copy of the frame and one of its patch, both of
/// known size, with the patches read in order; so a source costs next to nothing beside what is
/// measured, and the same wherever the stream is used.
struct StreamHeader {
  static constexpr std::array<char, 8> expected_magic{'S', 'E', 'K', 'I', 'S', 'T', 'R', '1'};
  /// What is written of a packet before its patch; frames are at most as long.
  static constexpr std::size_t frame_room = 96;

  std::array<char, 8> magic = expected_magic;
  std::uint16_t frame_length = 0;
  std::uint16_t patch_offset = 0;  ///< in the frame
  std::uint16_t patch_blocks = 0;  ///< 1 or 2
  std::uint16_t reserved = 0;
  std::uint64_t packets = 0;
  std::uint64_t reserved_too = 0;
  alignas(32) std::array<std::uint8_t, frame_room> frame{};
};
static_assert(sizeof(StreamHeader) == 128);

/// In a file the patches begin here, and nothing follows them.
inline constexpr std::size_t patches_offset_in_file = 4096;

/// A header and `packets * patch_blocks` blocks that somebody else owns.
struct StreamView {
  const StreamHeader* header = nullptr;
  const PatchBlock* patches = nullptr;
};

/// Up to where a packet is written: the patch may reach beyond the frame.
inline constexpr std::size_t written_room = 128;

}  // namespace sekimori::bench
