#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "control/detect/groups.hpp"
#include "control/detect/rate_window.hpp"
#include "control/detect/thresholds.hpp"
#include "control/detect/usual.hpp"

namespace sekimori {

/// A vector of a subject that has been above its threshold for as long as the policy wants.
struct Abnormal {
  std::uint32_t subject = 0;
  Vector vector{};
  std::uint64_t since_ms = 0;  ///< monotonic; when it was first seen above
};

/// Judges all objects, prefixes and tenants at once. Subjects are numbers: first the objects in the
/// policy's order, then the groups. One pass over all of them is a loop over flat arrays.
class Detector {
 public:
  Detector(const Policy& policy, std::span<const PerVector<std::uint64_t>> learned);

  /// Takes the place of all thresholds of objects.
  void set_learned(const Policy& policy, std::span<const PerVector<std::uint64_t>> learned);
  /// Takes over the usual loads of another detector's object.
  void adopt_usual(std::size_t object, const Detector& other, std::size_t from) {
    usual_.adopt(object, other.usual_, from);
  }

  /// One pass. `set_apart` has a number other than 0 for each object that is dealt with by itself:
  /// it leaves the groups, and its load is not taken for usual.
  void observe(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters,
               std::span<const std::uint8_t> set_apart);

  /// Forgets what was counted, as nobody has watched for a while.
  void begin_anew() { window_.begin_anew(); }

  [[nodiscard]] std::size_t object_count() const { return objects_; }
  [[nodiscard]] std::size_t subject_count() const { return objects_ + groups_.size(); }
  [[nodiscard]] const Group& group(std::size_t subject) const {
    return groups_[subject - objects_];
  }
  [[nodiscard]] std::span<const Group> groups() const { return groups_; }

  /// Of the last pass, in the order of subjects and vectors.
  [[nodiscard]] std::span<const Abnormal> abnormal() const { return abnormal_; }
  [[nodiscard]] bool abnormal(std::size_t subject, Vector v) const {
    return is_abnormal_[subject][v] != 0;
  }
  [[nodiscard]] bool any_abnormal(std::size_t subject) const {
    return is_abnormal_[subject] != PerVector<std::uint8_t>{};
  }
  [[nodiscard]] double offered(std::size_t subject, Vector v) const { return offered_[subject][v]; }
  /// Of a group: of the members that are not set apart.
  [[nodiscard]] double threshold(std::size_t subject, Vector v) const {
    return thresholds_[subject][v].rate;
  }
  [[nodiscard]] bool learned(std::size_t subject, Vector v) const {
    return thresholds_[subject][v].learned;
  }
  /// Whether an object's rates are of this moment.
  [[nodiscard]] bool known(std::size_t object) const { return window_.known(object); }
  /// Whether any vector was above its threshold in the last pass.
  [[nodiscard]] bool above(std::size_t subject) const { return above_[subject] != 0; }
  [[nodiscard]] const RateRow& rates(std::size_t object) const { return window_.rates(object); }
  [[nodiscard]] const Usual& usual() const { return usual_; }
  /// Of all objects together: packets or bits a second.
  [[nodiscard]] double total(Vector v) const { return total_[v]; }

  [[nodiscard]] nlohmann::json save(std::span<const std::uint8_t> set_apart,
                                    const Policy& policy) const;
  /// Throws nlohmann::json::exception if the document is not what was saved.
  void restore(const nlohmann::json& saved, const Policy& policy);

 private:
  void judge(std::size_t subject, std::uint64_t monotonic_ms);
  void judge_objects(std::uint64_t monotonic_ms);
  void sum_group(std::size_t index, std::span<const std::uint8_t> set_apart);
  void judge_groups(std::uint64_t monotonic_ms, std::span<const std::uint8_t> set_apart);
  void learn_usual(std::uint64_t monotonic_ms, std::span<const std::uint8_t> set_apart);

  std::size_t objects_;
  std::uint64_t alert_after_ms_;
  std::vector<Group> groups_;
  RateWindow window_;
  Usual usual_;
  std::uint64_t usual_at_ms_ = 0;
  bool usual_begun_ = false;
  // By subject.
  std::vector<PerVector<Threshold>> thresholds_;
  std::vector<PerVector<double>> offered_;
  std::vector<PerVector<std::uint64_t>> above_since_ms_;  ///< 0: not above
  std::vector<PerVector<std::uint8_t>> is_abnormal_;
  std::vector<std::uint8_t> above_;
  std::vector<std::uint8_t> in_abnormal_prefix_;  ///< by object
  PerVector<double> total_;
  std::vector<Abnormal> abnormal_;
};

}  // namespace sekimori
