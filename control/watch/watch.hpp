#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/evidence.hpp"
#include "common/stats_segment.hpp"
#include "control/model/incident.hpp"
#include "control/model/measure.hpp"
#include "control/model/policy.hpp"
#include "control/model/vector.hpp"
#include "control/watch/view.hpp"

namespace sekimori {

/// The slot of a sample or source that belongs to no object of the policy.
inline constexpr std::uint32_t no_object = ~std::uint32_t{0};

/// All that control sees at one moment; one is made about every 100 ms. Objects are those of the
/// policy, in its order, and every `object_slot` is an index into them or `no_object`: whoever
/// makes the observation has translated the dataplane's slots.
struct Observation {
  std::uint64_t now_ms = 0;        ///< Unix; for records only, as it may jump
  std::uint64_t monotonic_ms = 0;  ///< never goes back; all rates and timers use it
  /// Cumulative, all workers added up. One for each object of the policy; with any other number
  /// the observation is that of another policy, and only its times are used.
  std::span<const ObjectMeters> objects;
  std::span<const PacketSample> samples;  ///< taken since the last observation
  std::span<const SourceLoad> sources;    ///< cumulative; none twice for the same object
  bool outside_link_up = true;
  bool inside_link_up = true;
  std::uint64_t lost_packets = 0;  ///< cumulative: that the box itself lost, not decided to drop
  bool dataplane_alive = true;     ///< false: nothing else of the observation is judged
};

/// What has to be done after an observation.
struct WatchDecision {
  /// Whether the dataplane has to be told: the set is another, half of its lifetime has passed, or
  /// the dataplane has come back and knows nothing.
  bool measures_changed = false;
  /// The whole set that has to be in force. Filled only if `measures_changed`.
  std::vector<Measure> measures;
  /// The new and the changed ones, each complete.
  std::vector<Incident> incidents;
  /// Whether something changed that a restarted control would have to know: time to `save`.
  bool worth_saving = false;
};

/// The first numbers that are free in the store.
struct WatchIds {
  std::uint64_t next_incident = 1;
  std::uint64_t next_action = 1;
};

/// How long the dataplane keeps a measure that nobody renews.
inline constexpr std::uint32_t measure_lifetime_ms = 60'000;

/// The thinking part of control: what is abnormal, what kind of incident it is, and what is done
/// about it. It is a function of its observations alone: no clock, no I/O, no threads. The same
/// observations give the same decisions. docs/algorithms/detection.md and ladder.md describe it.
class Watch {
 public:
  /// `learned` has the thresholds that hold where the policy sets none, object by object in the
  /// policy's order; objects behind its end have none, and 0 is none.
  Watch(std::shared_ptr<const Policy> policy, std::span<const PerVector<std::uint64_t>> learned,
        WatchIds ids);
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;
  ~Watch();

  [[nodiscard]] WatchDecision step(const Observation& observation);

  /// From the next observation on, objects are those of `policy`. What is known of an object goes
  /// on under its name; what was done about objects that are gone ends with the next step.
  void replace_policy(std::shared_ptr<const Policy> policy,
                      std::span<const PerVector<std::uint64_t>> learned);
  /// Other learned thresholds for the policy in force.
  void replace_learned(std::span<const PerVector<std::uint64_t>> learned);

  /// Lets a waiting action come into force with the next step. The error says that there is no such
  /// action or that it does not wait.
  [[nodiscard]] tl::expected<void, std::string> approve(std::uint64_t action_id,
                                                        const std::string& who);
  /// Refuses a waiting action, or ends one in force with the next step; it is not taken again in
  /// this incident.
  [[nodiscard]] tl::expected<void, std::string> reject(std::uint64_t action_id,
                                                       const std::string& who);

  /// What `restore` needs so that a restarted control goes on: incidents, rungs of the ladder with
  /// their timers, measures, usual loads. Rates of calm objects are left out, as a second of
  /// observations gives them again.
  [[nodiscard]] nlohmann::json save() const;
  /// Goes on from what another Watch saved, also under another policy. `monotonic_ms` may have
  /// started anew since (another boot); then timers start anew, too. The error says what is wrong
  /// with the document; the Watch is then as it was.
  [[nodiscard]] tl::expected<void, std::string> restore(const nlohmann::json& saved);

  /// The whole set that is to be in force now.
  [[nodiscard]] const std::vector<Measure>& measures() const;
  /// Those that have not ended, complete.
  [[nodiscard]] std::vector<Incident> open_incidents() const;
  /// Rates, thresholds and states of one object of the policy, by its index.
  [[nodiscard]] SubjectView object(std::size_t index) const;
  [[nodiscard]] std::size_t object_count() const;
  /// The prefixes and tenants that are judged as a whole.
  [[nodiscard]] std::vector<SubjectView> aggregates() const;
  /// Numbers for metrics; costs one pass over the objects.
  [[nodiscard]] WatchTotals totals() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sekimori
