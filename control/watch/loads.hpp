#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "control/detect/detector.hpp"
#include "control/diagnose/sample_memory.hpp"
#include "control/ladder/ladder.hpp"
#include "control/model/policy.hpp"
#include "control/watch/protected_sources.hpp"
#include "control/watch/proved_loads.hpp"

namespace sekimori {

/// What the ladder asks of the traffic: which part passes, which sources could be blocked, who is
/// endangered, and which address could be given up.
class Loads {
 public:
  explicit Loads(const Policy& policy);

  void observe(std::span<const PacketSample> samples, std::span<const SourceLoad> sources,
               std::uint64_t lost_packets, std::uint64_t monotonic_ms);

  /// Forgets samples and sources, as nobody has watched for a while.
  void begin_anew();

  /// What goes on to the server, in the vector's unit. Packets and bits are counted; the classes of
  /// packets are estimated from the samples or, without enough of them, from the share of all
  /// packets; connections are those that completed a handshake, up to the policy's limit.
  [[nodiscard]] double passed(const Detector& detector, std::size_t object, Vector vector) const;

  /// Proved sources that send the object more than their share, worst first, without protected
  /// ones.
  [[nodiscard]] std::vector<ProvedSource> blockable(std::size_t object, Vector vector,
                                                    double threshold) const;
  /// Why the object endangers the box or others; empty if it does not.
  [[nodiscard]] std::string danger(const Detector& detector, std::size_t object) const;
  [[nodiscard]] GiveUpTarget target(std::uint32_t object) const;
  /// Whether TCP ports of the object are left that the policy does not authenticate.
  [[nodiscard]] bool can_authenticate(std::size_t object) const;

  [[nodiscard]] const SampleMemory& samples() const { return samples_; }
  [[nodiscard]] const ProvedLoads& proved() const { return proved_; }

 private:
  [[nodiscard]] double lost_per_s() const;

  const Policy& policy_;
  ProtectedSources protected_;
  SampleMemory samples_;
  PassedShares shares_;
  ProvedLoads proved_;
  struct Lost {
    std::uint64_t at_ms = 0;
    std::uint64_t packets = 0;
  };
  std::deque<Lost> lost_;  ///< of the last second
};

/// Whether TCP is most of an object's packets.
[[nodiscard]] bool tcp_dominates(const RateRow& rates);

}  // namespace sekimori
