#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "dataplane/packet/frame.hpp"
#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// Packets that the pipeline makes besides its replies in place: SYNs to servers, RSTs, released
/// segments. A fixed arena that whoever runs the pipeline empties after every call.
class Outbox {
 public:
  struct Packet {
    Side to;
    std::span<const std::uint8_t> bytes;
  };

  explicit Outbox(std::size_t arena_bytes = default_arena_bytes, std::size_t packets = 1024)
      : arena_(arena_bytes) {
    packets_.reserve(packets);
  }

  /// Room for one packet, to be filled by the caller; empty when there is none left.
  [[nodiscard]] std::span<std::uint8_t> add(Side to, std::size_t length) {
    if (arena_.size() - used_ < length || packets_.size() == packets_.capacity()) return {};
    const std::span<std::uint8_t> room{arena_.data() + used_, length};
    used_ += length;
    packets_.push_back({.to = to, .bytes = room});
    return room;
  }

  /// In the order in which they were added. Valid until `clear`.
  [[nodiscard]] std::span<const Packet> packets() const { return packets_; }

  void clear() {
    packets_.clear();
    used_ = 0;
  }

 private:
  static constexpr std::size_t default_arena_bytes = 1U << 20;

  HugePageVector<std::uint8_t> arena_;
  HugePageVector<Packet> packets_;
  std::size_t used_ = 0;
};

}  // namespace sekimori
