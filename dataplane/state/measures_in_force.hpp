#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/measure.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori {

/// What kind of measure it is, in the words of common/management.proto.
[[nodiscard]] std::string_view kind_name(const Measure& measure);

/// The measures that control has set, with the time at which each ends by itself. Owned by the main
/// thread; times are of the monotonic clock.
class MeasuresInForce {
 public:
  /// Takes the place of what there was. Lifetimes run from `now_ms` on.
  void set(std::uint64_t revision, std::vector<Measure> measures, std::uint64_t now_ms);

  /// Whether all measures are the same, whatever their lifetimes. Control says again and again what
  /// is to go on.
  [[nodiscard]] bool say(std::span<const Measure> measures) const;

  /// Removes the measures whose lifetime is over, or whose object the policy has no more, and
  /// returns them.
  std::vector<Measure> end_expired(std::uint64_t now_ms);
  std::vector<Measure> end_refused_by(const PolicyTables& policy);

  [[nodiscard]] const std::vector<Measure>& measures() const { return measures_; }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  /// When the next measure ends.
  [[nodiscard]] std::optional<std::uint64_t> next_end_ms() const;

 private:
  template <typename Ended>
  std::vector<Measure> end_where(const Ended& ended);

  std::uint64_t revision_ = 0;
  std::vector<Measure> measures_;
  std::vector<std::uint64_t> ends_ms_;  ///< of the measure at the same place
};

}  // namespace sekimori
