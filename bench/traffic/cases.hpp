#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bench/traffic/packet_stream.hpp"
#include "bench/traffic/pipeline_bed.hpp"
#include "common/outcomes.hpp"

namespace sekimori::bench {

/// One kind of traffic whose cost is measured. To add one, add it to the list in cases.cpp.
struct Case {
  std::string name;
  std::string policy;  ///< TOML
  /// Which share of the packets gets which verdict, by `Verdict`.
  std::array<double, verdict_count> shares{};
  std::size_t memory_bytes = 0;  ///< about what the pipelines and the packets take together
  /// Each has the same packets; more than one only for packets that need no state.
  unsigned workers = 1;
  /// Fills the stream, in the order in which it is to be sent, all from outside, and brings the
  /// pipeline into the state that the packets are for. `bed` is new, and made from `policy`.
  std::function<void(PacketStream&, PipelineBed& bed, const PolicyTables& policy, const Now&)>
      prepare;
};

/// Packets of a flood: from more sources than any cache holds.
inline constexpr std::size_t usual_flood_packets = 1U << 20;

/// All cases, in the order of the tables. Sizes in names are those on the wire, with the 4 bytes of
/// the FCS.
[[nodiscard]] std::vector<Case> all_cases(std::size_t flood_packets = usual_flood_packets);

/// The flood of the smallest SYNs, which every other case is measured beside.
void add_reference_packets(PacketStream& stream);

}  // namespace sekimori::bench
