#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/policy_image.hpp"
#include "control/model/placed.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

// What an object's servers can bear, from when on its traffic is looked at, and what may be done
// then. None of it reaches the dataplane; control judges by it.

/// What the service guarantees to bear. 0: not declared, so nothing may be raised up to it.
struct CapacityPolicy {
  std::uint64_t packets_per_s = 0;
  std::uint64_t bits_per_s = 0;
  std::uint32_t new_connections_per_s = 0;

  /// The most that a threshold of this vector may be, in its unit. 0: no bound is declared.
  [[nodiscard]] std::uint64_t bound(Vector vector) const {
    switch (vector) {
      case Vector::bits:
        return bits_per_s;
      case Vector::new_connections:
        return new_connections_per_s;
      case Vector::new_sources:
        return 0;
      case Vector::packets:
      case Vector::syn:
      case Vector::tcp_flags:
      case Vector::udp:
      case Vector::icmp:
      case Vector::fragments:
      case Vector::dns_queries:
      case Vector::other:
        return packets_per_s;
    }
    return 0;
  }
};

/// The rate of each vector above which it is abnormal. 0: not set, so a learned one holds if there
/// is one.
struct ThresholdPolicy : PerVector<std::uint64_t> {
  PerVector<Place> places;
};

/// The rungs of the ladder, from the gentlest on.
enum class Step : std::uint8_t { authenticate, block_sources, raise_threshold, give_up };
inline constexpr std::size_t step_count = 4;
inline constexpr std::array<std::string_view, step_count> step_names{
    "authenticate", "block-sources", "raise-threshold", "give-up"};

/// Whether a step may be taken.
enum class Permission : std::uint8_t {
  never,
  monitor,  ///< only recorded: "would have"
  ask,      ///< taken when an operator has approved it
  granted,
};
inline constexpr std::array<std::string_view, 4> permission_names{"never", "monitor", "ask",
                                                                  "granted"};

/// How soon something is done: thresholds count twice, once or half.
enum class ProtectionLevel : std::uint8_t { low, medium, high };
inline constexpr std::array<std::string_view, 3> protection_level_names{"low", "medium", "high"};

struct LadderPolicy {
  ProtectionLevel level = ProtectionLevel::medium;
  SynMode syn = SynMode::proxy;  ///< the mode of step authenticate
  Permission authenticate = Permission::granted;
  Permission block_sources = Permission::granted;
  Permission raise_threshold = Permission::granted;
  Permission give_up = Permission::ask;

  [[nodiscard]] Permission permission(Step step) const {
    return std::array{authenticate, block_sources, raise_threshold,
                      give_up}[static_cast<std::size_t>(step)];
  }
};

/// How all objects are judged.
struct DetectionPolicy {
  std::uint32_t alert_after_ms = 300;   ///< above the threshold for so long: abnormal
  std::uint32_t step_after_ms = 3'000;  ///< what a step gets to show its effect before the next
  std::uint32_t calm_percent = 80;      ///< of the threshold; below it is calm
  std::uint32_t calm_after_s = 30;      ///< calm for so long: one step down
  std::uint32_t give_up_for_s = 300;    ///< then the destination is probed
  std::uint32_t probe_s = 5;            ///< how long a probe watches
  /// What the box and its line can take. 0: not declared.
  std::uint64_t box_packets_per_s = 0;
  std::uint64_t box_bits_per_s = 0;
};

}  // namespace sekimori
