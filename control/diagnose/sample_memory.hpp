#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "common/evidence.hpp"
#include "control/diagnose/packet_view.hpp"

namespace sekimori {

/// A sample with its headers read.
struct KeptSample {
  std::uint64_t at_ms = 0;  ///< monotonic; when it was handed over
  PacketSample sample;
  PacketView packet;
};

/// The samples of the last two seconds, at most `max_samples`: then the oldest go first.
class SampleMemory {
 public:
  static constexpr std::uint64_t keep_ms = 2'000;
  static constexpr std::size_t max_samples = 4'096;

  void add(std::span<const PacketSample> samples, std::uint64_t monotonic_ms);

  [[nodiscard]] const std::deque<KeptSample>& all() const { return kept_; }
  /// Those of the objects, which are in ascending order. Valid until the next `add`.
  [[nodiscard]] std::vector<const KeptSample*> of(std::span<const std::uint32_t> objects) const;
  void clear() { kept_.clear(); }

 private:
  std::deque<KeptSample> kept_;
};

/// Which part of an object's packets of each class goes on to the server, by the samples of the
/// last second.
class PassedShares {
 public:
  explicit PassedShares(std::size_t objects) : tallies_(objects) {}

  void count(const SampleMemory& memory, std::uint64_t monotonic_ms);

  /// 0 to 1, or less than 0 when too few samples are there to say.
  [[nodiscard]] double share(std::size_t object, PacketClass kind) const;
  /// The same of TCP without SYNs, whatever the flags.
  [[nodiscard]] double share_of_segments(std::size_t object) const;

 private:
  struct Tally {
    std::uint32_t samples = 0;
    double all = 0;
    double passed = 0;
  };
  using Tallies = std::array<Tally, packet_class_count>;

  static double share_of(const Tally& tally);

  std::vector<Tallies> tallies_;
  std::vector<std::uint32_t> touched_;
};

}  // namespace sekimori
