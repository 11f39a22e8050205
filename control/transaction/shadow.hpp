#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/address.hpp"
#include "common/evidence.hpp"
#include "control/model/incident.hpp"
#include "control/model/policy.hpp"
#include "control/transaction/child.hpp"

namespace sekimori {

using Json = nlohmann::ordered_json;

/// What a candidate is tried on. With a capture, samples are not looked at.
struct ShadowTraffic {
  std::string capture;  ///< the path of a pcap of what arrived outside; empty: none
  std::span<const PacketSample> samples;
  std::span<const Address> known_good;  ///< sources that proved themselves; of IPv6, their /64
};

struct ShadowTools {
  std::string replay_program;  ///< the path of sekimori-replay
  std::string work_folder;     ///< where a folder for temporary files may be made
  ChildLimits limits;          ///< of each of the two replays
};

/// An object that fares differently. Packets are those that the replayed ones stand for.
struct ShadowObject {
  std::string object;  ///< empty: traffic to no object
  std::string tenant;
  double packets = 0;
  double dropped_before = 0;   ///< by the policy in force
  double dropped_after = 0;    ///< by the candidate
  std::vector<Share> reasons;  ///< of the latter, the most frequent first
};

/// A known-good source of which the candidate drops more than the policy in force.
struct ShadowSource {
  std::string source;
  std::string object;
  double packets = 0;
  double dropped = 0;
  std::string reason;  ///< the most frequent
};

struct ShadowResult {
  static constexpr std::size_t max_listed = 1'000;

  bool from_capture = false;
  double seconds = 0;
  std::uint64_t packets = 0;
  std::vector<ShadowObject> objects;     ///< those that change most first
  std::vector<ShadowSource> known_good;  ///< those that lose most first
  std::vector<std::string> notes;        ///< what the result does not show, in sentences
};

/// Runs the same traffic through both policies with the same keys, each in a process of its own
/// beside the running dataplane, which takes no part.
[[nodiscard]] tl::expected<ShadowResult, std::string> shadow_policy(const Policy& present,
                                                                    const Policy& candidate,
                                                                    const ShadowTraffic& traffic,
                                                                    const ShadowTools& tools);

/// Schema PolicyShadow of docs/openapi.json.
[[nodiscard]] Json shadow_json(const ShadowResult& result);

/// For people.
[[nodiscard]] std::string shadow_text(const ShadowResult& result);

}  // namespace sekimori
