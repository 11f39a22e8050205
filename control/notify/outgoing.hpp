#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "control/model/delivery.hpp"

namespace sekimori {

/// The pending deliveries, by the time of their next attempt. It holds no more than it is told to.
class Outgoing {
 public:
  explicit Outgoing(std::size_t most) : most_(most) {}

  struct Entry {
    Delivery delivery;
    std::string origin;  ///< of the server, unless that is the policy's mail server
  };

  [[nodiscard]] std::size_t room() const { return most_ - entries_.size(); }
  [[nodiscard]] bool contains(const std::string& key) const { return entries_.contains(key); }
  [[nodiscard]] std::size_t pending(Channel channel) const {
    return by_channel_[static_cast<std::size_t>(channel)];
  }

  /// There must be room, and the key must be new.
  void add(Delivery delivery, std::string origin);
  /// The entry of a key that is in it.
  [[nodiscard]] const Entry& at(const std::string& key) const { return entries_.at(key); }
  /// Sets how far a delivery has come, which is still pending.
  void reschedule(const std::string& key, const DeliveryProgress& progress);
  void remove(const std::string& key);

  /// Calls `visit` for all that are due, the longest due first. `visit` must not change this.
  template <typename Visit>
  void for_each_due(std::uint64_t now_ms, Visit visit) const {
    for (const auto& [due_ms, key] : by_due_) {
      if (due_ms > now_ms) return;
      visit(entries_.at(key));
    }
  }
  /// When the first attempt after `now_ms` is due.
  [[nodiscard]] std::optional<std::uint64_t> next_due_after(std::uint64_t now_ms) const;

 private:
  std::size_t most_;
  std::map<std::string, Entry> entries_;
  std::set<std::pair<std::uint64_t, std::string>> by_due_;
  std::array<std::size_t, channel_count> by_channel_{};
};

}  // namespace sekimori
