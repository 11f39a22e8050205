#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/card_metadata.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// What a card in front of the port says about one frame; docs/hw/metadata.md has the meanings.
struct CardMark {
  std::uint8_t agreed = 0;
  std::uint8_t cookie_slot = 0;
  std::uint16_t syns = 0;  ///< of a report: for how many answered SYNs it stands
  std::uint32_t flow_hash = 0;
};

/// What it says about a burst. Bit i of each set is about frame i.
struct CardMarks {
  std::uint64_t read = 0;     ///< frames whose metadata have been taken out
  std::uint64_t invalid = 0;  ///< frames with metadata that are cut short or of another version
  // Of those that were read:
  std::uint64_t cookie_valid = 0;
  std::uint64_t syn_acks = 0;  ///< answers of the card's, to be sent back
  std::uint64_t reports = 0;   ///< SYNs that the card has answered itself
  std::uint64_t dns_matched = 0;
  std::array<CardMark, max_burst> mark;  ///< for frames that were read; others are undefined
};

/// Whether a frame has a card's metadata, of whatever version, behind its MAC addresses. Anybody
/// may send such a frame: only what a card has sent may be believed.
[[nodiscard]] bool has_metadata(std::span<const std::uint8_t> frame);

/// Takes the metadata out of the frames of a burst that has come through a card. Such a frame then
/// begins `metadata::bytes` later, with its MAC addresses, and its checksum is good if the card
/// says so. All others stay as they are.
void take_marks(std::span<Frame> frames, CardMarks& marks);

}  // namespace sekimori
