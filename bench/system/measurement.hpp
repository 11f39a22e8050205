#pragma once

#include <cstdint>

#include "bench/system/device.hpp"
#include "bench/system/generator.hpp"
#include "bench/system/pktgen.hpp"
#include "bench/system/search.hpp"

namespace sekimori::bench {

/// How trials are made.
struct TrialSettings {
  std::uint64_t duration_ns = 0;
  SearchSettings search;
};

/// One device at the end of one pair of the generator's cables.
class Bench {
 public:
  Bench(Generator& generator, std::size_t pair, Device& device, const TrialSettings& settings)
      : generator_(generator), pair_(pair), device_(device), settings_(settings) {}

  /// From now on Pktgen measures throughput, over the generator's ports, which are `ports`.
  void use(Pktgen& pktgen, const CablePair& ports) {
    pktgen_ = &pktgen;
    ports_ = ports;
  }

  /// The highest rate at which nothing is lost (RFC 2544, section 26.1).
  [[nodiscard]] Throughput throughput();

  /// Nanoseconds from offering a frame to having it back, of all frames of the trial that lost the
  /// fewest, in rising order (RFC 2544, section 26.2, which has one frame of a trial). Throws
  /// std::runtime_error if the device gives none back.
  [[nodiscard]] std::vector<std::uint32_t> latencies(double pps);

  struct Burst {
    std::uint64_t frames = 0;
    double pps = 0;                  ///< within the burst
    bool generator_limited = false;  ///< no burst that fits a trial's time lost a frame
  };
  /// The longest run of frames, as fast as the generator can make them, of which none is lost
  /// (RFC 2544, section 26.4; RFC 9004).
  [[nodiscard]] Burst longest_burst();

  struct Recovery {
    double overload_pps = 0;  ///< what the generator really made
    std::uint64_t lost = 0;   ///< in all
    double seconds = 0;       ///< from halving the load to the last loss; 0 if there was none
  };
  /// How long losses go on when an overload of `pps` drops to half (RFC 2544, section 26.5).
  [[nodiscard]] Recovery recovery(double pps);

 private:
  Trial trial(std::span<const Load> loads, bool timed);

  Generator& generator_;
  std::size_t pair_;
  Device& device_;
  TrialSettings settings_;
  Pktgen* pktgen_ = nullptr;
  CablePair ports_;
};

}  // namespace sekimori::bench
