#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/address.hpp"
#include "common/policy_image.hpp"

namespace sekimori {

// What the dataplane is told to do about one object, beyond its policy: the plain data of
// common/management.proto, where each is described.

struct AuthenticateSources {
  SynMode mode = SynMode::proxy;
  friend bool operator==(const AuthenticateSources&, const AuthenticateSources&) = default;
};

/// The SYN mode of a port for which the policy says `mode`, where such as are off get `when_off`.
[[nodiscard]] constexpr SynMode measured_mode(SynMode mode, SynMode when_off) {
  return mode == SynMode::off ? when_off : mode;
}

struct BlockSources {
  std::vector<Prefix> sources;
  friend bool operator==(const BlockSources&, const BlockSources&) = default;
};

struct LimitTraffic {
  TrafficClass traffic = TrafficClass::total;
  std::uint64_t packets_per_s = 0;
  std::uint64_t bits_per_s = 0;
  friend bool operator==(const LimitTraffic&, const LimitTraffic&) = default;
};

struct LimitConnections {
  std::uint32_t per_s = 0;
  friend bool operator==(const LimitConnections&, const LimitConnections&) = default;
};

struct GiveUpDestination {
  Prefix destination;
  friend bool operator==(const GiveUpDestination&, const GiveUpDestination&) = default;
};

using MeasureKind = std::variant<AuthenticateSources, BlockSources, LimitTraffic, LimitConnections,
                                 GiveUpDestination>;

struct Measure {
  std::string object;
  std::uint32_t lifetime_ms = 0;
  MeasureKind kind;
  friend bool operator==(const Measure&, const Measure&) = default;
};

}  // namespace sekimori
