#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "hw/host/card.hpp"

namespace sekimori {

/// A frame for a card's self-test.
struct PumpedFrame {
  std::vector<std::uint8_t> bytes;
  bool error = false;      ///< as received with an error, which the card drops
  bool both_ways = false;  ///< it comes out of both streams
};

/// What has come back from the card, in the order of each stream.
struct PumpResult {
  std::vector<std::vector<std::uint8_t>> on;    ///< towards the host, with metadata
  std::vector<std::vector<std::uint8_t>> back;  ///< towards the wire
};

/// Sends frames from the card's memory through its kernels and takes what comes out of them.
class PacketPump {
 public:
  /// A frame that is longer is dropped by the card.
  static constexpr std::size_t max_frame_bytes = 9600;

  /// Fails when the card has no kernels for it. `card` outlives it.
  static tl::expected<PacketPump, std::string> open(Card& card);

  /// Fails when the frames have not come out within `patience` for each buffer full of them.
  [[nodiscard]] tl::expected<PumpResult, std::string> run(std::span<const PumpedFrame> frames,
                                                          std::chrono::milliseconds patience);

 private:
  explicit PacketPump(Card& card) : card_(&card) {}

  /// As many frames as fit into the buffers.
  [[nodiscard]] std::size_t fitting(std::span<const PumpedFrame> frames) const;
  tl::expected<void, std::string> run_batch(std::span<const PumpedFrame> frames,
                                            std::chrono::milliseconds patience, PumpResult& result);
  void collect(CardKernel kernel, std::vector<std::vector<std::uint8_t>>& frames);

  Card* card_;
};

}  // namespace sekimori
