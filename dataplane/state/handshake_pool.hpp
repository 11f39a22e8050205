#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/packet/segment.hpp"
#include "dataplane/state/huge_pages.hpp"
#include "dataplane/state/syn_cookie.hpp"

namespace sekimori {

/// What a connection needs only while the server's handshake is under way.
struct Handshake {
  static constexpr std::uint32_t none = 0xffffffff;

  std::uint32_t flow = none;  ///< index of the connection; `none` while the place is free
  std::uint32_t deadline_ms = 0;
  std::uint32_t client_isn = 0;
  std::uint32_t cookie = 0;            ///< our initial sequence number toward the client
  std::uint32_t client_next = 0;       ///< the sequence number behind all that is held
  std::uint32_t own_timestamp = 0;     ///< TSval of our SYN-ACK
  std::uint32_t client_timestamp = 0;  ///< latest TSval of the client, up to the first segment held
  std::uint32_t first_held = none;
  std::uint32_t last_held = none;
  std::uint16_t client_window = 0;  ///< as the client scaled it
  std::uint16_t held = 0;           ///< segments in the list
  AgreedOptions agreed;
  std::uint8_t advertised_scale = no_window_scale;  ///< what our SYN-ACK told the client
  std::uint8_t attempts = 0;
  std::uint8_t link_length = 0;  ///< of the Ethernet header and tags in `frame`
  std::uint8_t frame_length = 0;
  std::array<std::uint8_t, max_segment_frame> frame{};  ///< the SYN, to be sent again

  [[nodiscard]] std::span<const std::uint8_t> syn() const { return {frame.data(), frame_length}; }
  /// The link header of packets to the client.
  [[nodiscard]] LinkHeader link_to_client() const;
};
static_assert(max_segment_frame <= 0xff);

inline LinkHeader Handshake::link_to_client() const {
  LinkHeader link;
  link.length = link_length;
  std::memcpy(link.bytes.data(), frame.data(), link_length);
  return link.reversed();
}

/// A fixed number of places with stable indices.
template <typename Entry>
class Pool {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  explicit Pool(std::uint32_t capacity) : entries_(capacity) {
    free_.reserve(capacity);
    for (std::uint32_t i = capacity; i > 0; --i) free_.push_back(i - 1);
  }

  [[nodiscard]] Entry& operator[](std::uint32_t index) { return entries_[index]; }
  [[nodiscard]] std::uint32_t capacity() const {
    return static_cast<std::uint32_t>(entries_.size());
  }
  [[nodiscard]] std::uint32_t size() const {
    return capacity() - static_cast<std::uint32_t>(free_.size());
  }

  /// A free place, or `none`. What is in it is left over from its last use.
  [[nodiscard]] std::uint32_t take() {
    if (free_.empty()) return none;
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  void give_back(std::uint32_t index) { free_.push_back(index); }

 private:
  HugePageVector<Entry> entries_;
  HugePageVector<std::uint32_t> free_;
};

/// A copy of an early segment that waits for the server.
struct HeldSegment {
  static constexpr std::size_t capacity = 2040;

  std::uint32_t next = 0;  ///< in the connection's list
  std::uint32_t length = 0;
  std::array<std::uint8_t, capacity> bytes{};
};

}  // namespace sekimori
