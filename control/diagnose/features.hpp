#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "control/detect/counters.hpp"
#include "control/diagnose/sample_memory.hpp"

namespace sekimori {

/// What a criterion has when nothing is known of it; no criterion is met by it.
inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

/// The figures by which a kind of incident is recognised. Shares are of 1. "More" is what came on
/// top of the usual load, so that what is there every day does not hide the attack.
struct Features {
  // Of the counters.
  double offered_of_usual = not_known;  ///< packets, in multiples of the usual rate
  double inside_of_usual = not_known;   ///< packets of the server, likewise
  double syn = not_known;               ///< of the packets that are more than usual
  double segments = not_known;          ///< TCP that is no SYN
  double rst = not_known;
  double fin = not_known;
  double udp = not_known;  ///< with fragments, which are nearly always UDP's
  double dns = not_known;
  double icmp = not_known;
  double fragments = not_known;
  double completed = not_known;  ///< handshakes completed for each SYN, of what is more than usual
  double answered = not_known;   ///< packets of the server for each from outside, likewise
  // Of the samples.
  double samples = 0;
  double distinct_sources = not_known;  ///< sources for each sampled SYN, or packet if no SYN
  double acks = not_known;              ///< of TCP without SYNs: ACK and neither FIN nor RST
  double small = not_known;             ///< of the same: frames of at most 100 bytes
  double reflectors = not_known;  ///< of UDP with ports: from the most frequent amplifier's port
  double responses = not_known;   ///< of those: large, fragmented or to a port of a client
  std::string reflector;          ///< the protocol of that port
  // Of the sources.
  double proved = not_known;  ///< of the packets: from sources that proved themselves
  // Of what else is known.
  double link_down = 0;               ///< 1: yes
  double is_group = 0;                ///< 1: a prefix or tenant
  double members = 0;                 ///< that carry the excess
  double largest_member = not_known;  ///< of the excess
  double connections_above = 0;       ///< 1: a threshold of SYNs, connections or sources is passed
  double policy_age_s = not_known;    ///< since the policy last changed for the subject
};

/// What the features are made of, besides the samples.
struct FeatureSources {
  RateRow rates;  ///< of the subject; of a group, its members added up
  RateRow usual;
  bool usual_known = false;
  double proved_packets = 0;  ///< a second
  // What proved sources that are blocked by now would send, a second.
  double blocked_packets = 0;
  double blocked_connections = 0;
  std::span<const KeptSample* const> samples;
};

/// Fills everything that counters, samples and sources tell.
[[nodiscard]] Features features_of(const FeatureSources& sources);

/// A UDP service whose answers are larger than what asks for them, by its port; empty if none.
[[nodiscard]] std::string_view amplifier_of(std::uint16_t port);

}  // namespace sekimori
