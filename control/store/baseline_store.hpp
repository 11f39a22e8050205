#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "control/baseline/proposal.hpp"
#include "control/baseline/recorder.hpp"
#include "control/model/policy.hpp"
#include "control/store/database.hpp"

namespace sekimori {

/// A threshold that somebody has accepted.
struct LearnedThreshold {
  std::string object;
  Vector vector{};
  std::uint64_t threshold = 0;
  std::string reason;
  std::string accepted_by;
  std::uint64_t accepted_ms = 0;  ///< Unix
};

/// The history from which thresholds are learned, and those that were accepted. Weeks beyond
/// `weeks_kept` before the newest are removed as new ones begin.
class BaselineStore {
 public:
  explicit BaselineStore(Database& database) : database_(database) {}

  /// Adds hours that are finished. Each call is one transaction; of many objects, a few hundred at
  /// a time keep others from waiting.
  tl::expected<void, std::string> add(std::span<const FinishedHour> hours);
  /// Leaves hours of an object out of its history, both ends included: those of an incident.
  tl::expected<void, std::string> leave_out(const std::string& object, std::uint64_t first_hour,
                                            std::uint64_t last_hour);
  tl::expected<ObjectHistory, std::string> history(const std::string& object);

  /// Puts learned thresholds in force, in the place of older ones of the same object and vector.
  tl::expected<void, std::string> accept(std::span<const LearnedThreshold> thresholds);
  tl::expected<std::vector<LearnedThreshold>, std::string> learned(const std::string& object);
  /// Those of all objects of a policy in its order, as a Watch wants them; 0: none. A capacity that
  /// was lowered since they were accepted bounds them.
  tl::expected<std::vector<PerVector<std::uint64_t>>, std::string> learned_for(
      const Policy& policy);

 private:
  WeekProfile load(const std::string& object, std::string_view vector, std::uint64_t week);
  void save(const std::string& object, std::string_view vector, const WeekProfile& profile);

  Database& database_;
};

}  // namespace sekimori
