#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "common/stats_segment.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/policy_generations.hpp"
#include "dataplane/management/managed.hpp"
#include "dataplane/state/measures_in_force.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori {

/// The main thread's side of the policy: reads it, builds its tables, names its objects in the
/// statistics, and puts it in force.
class PolicyKeeper {
 public:
  /// `image` was read from `path`, where `reload` looks again. `segment` has as many object slots
  /// as the image asks for, and outlives the keeper.
  static tl::expected<std::unique_ptr<PolicyKeeper>, Failure> create(std::string path,
                                                                     PolicyImage image,
                                                                     StatsSegment& segment,
                                                                     unsigned workers);

  /// Puts the policy in the file in force, or tells the operator why the old one stays.
  void reload();
  /// Puts a policy in force that control has sent. The next `reload` reads the file again.
  tl::expected<AppliedPolicy, ManagementError> apply(PolicyImage image);

  /// Has these measures in force in place of those that are, or changes nothing.
  tl::expected<void, ManagementError> set_measures(MeasureSet set, std::uint64_t now_ms);
  /// Ends the measures whose lifetime is over.
  void end_expired_measures(std::uint64_t now_ms);
  [[nodiscard]] const MeasuresInForce& measures() const { return measures_; }

  [[nodiscard]] PolicyGenerations& generations() { return *generations_; }
  /// Counts what has been put in force, policies and measures.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// The sizes of the tables, which stay those of the first policy until the program ends.
  [[nodiscard]] const GlobalRecord& capacities() const { return capacities_; }

 private:
  PolicyKeeper(std::string path, const GlobalRecord& capacities, StatsSegment& segment)
      : path_(std::move(path)),
        capacities_(capacities),
        slots_(capacities.object_capacity),
        segment_(segment) {}

  tl::expected<std::unique_ptr<const PolicyTables>, std::string> build(PolicyImage image);
  tl::expected<void, std::string> replace(PolicyImage image);
  void replace_generation(PolicyTables tables);
  void put_in_force(PolicyTables tables);
  void announce(const PolicyTables& policy);
  void show_measures();

  std::string path_;
  GlobalRecord capacities_;
  ObjectSlots slots_;
  MeasuresInForce measures_;
  StatsSegment& segment_;
  std::unique_ptr<PolicyGenerations> generations_;
  std::uint64_t generation_ = 0;
  std::uint64_t changes_ = 1;
};

}  // namespace sekimori
