#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/measure.hpp"
#include "common/policy_image.hpp"
#include "hw/host/range_tree.hpp"

namespace sekimori {

/// What a kernel does about TCP to a port; everything else is left to software.
struct OffloadMode {
  bool answer = false;    ///< SYNs are answered with a cookie
  bool validate = false;  ///< cookies that come back are checked

  friend bool operator==(const OffloadMode&, const OffloadMode&) = default;
};

/// The part of a SYN mode that needs no state of connections or sources. A source that `reset` has
/// let in must not be answered again, so there software answers the SYNs.
[[nodiscard]] constexpr OffloadMode offload_mode(SynMode mode) {
  return {.answer = mode == SynMode::proxy,
          .validate = mode == SynMode::proxy || mode == SynMode::reset};
}

/// A profile as it lies in the kernel's table.
struct OffloadProfile {
  static constexpr std::size_t max_services = 4;
  static constexpr std::size_t words = 6;

  struct Service {
    std::uint16_t first_port = 0xffff;
    std::uint16_t last_port = 0;
    OffloadMode mode{};

    friend bool operator==(const Service&, const Service&) = default;
  };

  OffloadMode mode{};
  std::array<Service, max_services> services{};
  std::uint16_t window = 0;
  std::uint16_t mss = 0;
  bool sack = false;
  bool timestamps = false;
  std::uint8_t window_scale = 15;
  /// What is advertised from `next_slot` on; the byte tells 128 slots from the 128 before.
  std::uint8_t next_window_scale = 15;
  std::uint8_t next_slot = 0;

  /// The words as the kernel takes them, the lowest first.
  [[nodiscard]] std::array<std::uint32_t, words> pack() const;

  friend bool operator==(const OffloadProfile&, const OffloadProfile&) = default;
};

/// What has been learned about a server on all of its ports, in place of what its object assumes.
struct LearnedServer {
  Address server;
  std::uint16_t mss = 0;
  bool sack = false;
  bool timestamps = false;
  std::uint8_t window_scale = 15;
  std::uint8_t next_window_scale = 15;
  std::uint64_t next_slot = 0;  ///< from this cookie slot on the next scale is advertised
};

/// What a kernel was built with.
struct OffloadCapacity {
  unsigned levels = 0;
  unsigned source_levels = 0;
  unsigned profile_bits = 0;

  friend bool operator==(const OffloadCapacity&, const OffloadCapacity&) = default;
};

/// A policy's tables for a kernel.
struct OffloadTables {
  RangeTree destinations;  ///< values are indices of profiles
  RangeTree sources;       ///< 1: packets of this source are left to software
  std::vector<OffloadProfile> profiles;

  /// Takes what the kernel can do from a policy and the measures that are in force. Left to
  /// software are objects with a source list of their own or with more services than a profile
  /// holds, sources on the box's own list, and destinations that are given up. Sources that a
  /// measure blocks are answered, and dropped by software when they come back: to leave an object
  /// to software for their sake would serve its attacker. Fails when a table is too small. The
  /// policy accepts all measures; the servers in `learned` belong to objects of the policy.
  static tl::expected<OffloadTables, std::string> from_policy(
      const PolicyImage& policy, std::span<const Measure> measures, const OffloadCapacity& capacity,
      std::span<const LearnedServer> learned = {});
};

}  // namespace sekimori
