#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "bench/traffic/stream_layout.hpp"

namespace sekimori::bench {

/// TCP packets of one length, to be sent again and again in order. See stream_layout.hpp.
class PacketStream {
 public:
  /// All frames have the length and the headers of the first, without VLAN tags or IPv4 options.
  /// They differ in addresses and TCP headers without options only (of IPv6 in the last 12 bytes of
  /// the source address); throws std::invalid_argument for one that differs elsewhere.
  void add(std::span<const std::uint8_t> frame);
  void reserve(std::size_t packets);
  /// Brings the packets into an order that has nothing to do with that in which they were added;
  /// the same one each time.
  void shuffle();

  [[nodiscard]] std::size_t size() const { return header_.packets; }
  [[nodiscard]] std::uint16_t frame_length() const { return header_.frame_length; }
  /// Writes the packet of that number, below `size()`, into `written_room` bytes.
  void write(std::size_t number, std::uint8_t* to) const;

  /// Valid until the stream is changed or goes.
  [[nodiscard]] StreamView view() const { return {.header = &header_, .patches = patches_.data()}; }
  /// Throws std::runtime_error with the path if that fails.
  void save(const std::filesystem::path& path) const;

 private:
  void begin(std::span<const std::uint8_t> first);
  [[nodiscard]] bool same_outside_patch(std::span<const std::uint8_t> frame) const;

  StreamHeader header_;
  std::vector<PatchBlock> patches_;
};

}  // namespace sekimori::bench
