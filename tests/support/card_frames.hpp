#pragma once

#include <cstdint>

#include "common/card_metadata.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {

/// What a card writes into a frame.
struct Metadata {
  std::uint8_t version = metadata::version;
  std::uint8_t flags = 0;
  std::uint8_t agreed = 0;
  std::uint8_t cookie_slot = 0;
  std::uint16_t number = 0;  ///< `suffix` or `syns`
  std::uint32_t flow_hash = 0;
};

/// The frame with metadata behind its MAC addresses.
[[nodiscard]] Bytes with_metadata(const Bytes& frame, const Metadata& fields);

}  // namespace sekimori::test
