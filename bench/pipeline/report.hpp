#pragma once

#include <string>
#include <vector>

namespace sekimori::bench {

/// Medians over the repetitions, in nanoseconds per packet.
struct Result {
  std::string name;
  double ns_per_packet = 0;
  double source_ns_per_packet = 0;  ///< of receiving and freeing the same packets
  double reference_ns_per_packet = 0;
};

struct Report {
  std::string memory;
  unsigned repetitions = 0;
  std::vector<Result> results;
};

inline constexpr const char* reference_name = "testpmd io, net_null";

[[nodiscard]] std::string text_of(const Report& report);
[[nodiscard]] std::string json_of(const Report& report);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace sekimori::bench
