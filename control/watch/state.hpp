#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/detect/detector.hpp"
#include "control/diagnose/features.hpp"
#include "control/watch/loads.hpp"
#include "control/watch/open_incident.hpp"
#include "control/watch/watch.hpp"

namespace sekimori {

/// Everything of a Watch. Subjects are numbered as the Detector numbers them; what has to outlive a
/// policy is kept by name.
class Watch::State {
 public:
  State(std::shared_ptr<const Policy> policy, std::span<const PerVector<std::uint64_t>> learned,
        WatchIds ids);

  WatchDecision step(const Observation& observation);
  void replace_policy(std::shared_ptr<const Policy> policy,
                      std::span<const PerVector<std::uint64_t>> learned);
  void replace_learned(std::span<const PerVector<std::uint64_t>> learned);
  /// The open action of this number, or null.
  [[nodiscard]] ActionRecord* action(std::uint64_t id, OpenIncident*& incident);
  void decide(OpenIncident& incident, ActionRecord& action, ActionState state,
              const std::string& text);

  /// A new one with the same policy and numbers, which has seen nothing.
  [[nodiscard]] std::unique_ptr<State> fresh() const;
  [[nodiscard]] nlohmann::json save() const;
  /// Throws nlohmann::json::exception or std::runtime_error if it is not what was saved.
  void restore(const nlohmann::json& saved);

  [[nodiscard]] const std::vector<Measure>& measures() const { return measures_; }
  [[nodiscard]] std::vector<Incident> open_incidents() const;
  [[nodiscard]] SubjectView view(std::size_t subject) const;
  [[nodiscard]] std::size_t object_count() const { return policy_->objects.size(); }
  [[nodiscard]] std::vector<SubjectView> aggregates() const;
  [[nodiscard]] WatchTotals totals() const;

 private:
  using Incidents = std::map<IncidentKey, OpenIncident>;

  // state.cpp: one step.
  void advance_clock(std::uint64_t monotonic_ms);
  void judge(const Observation& observation);
  void hold_ladders() { hold_until_ms_ = ms_ + RateWindow::length_ms; }
  void mark_set_apart();
  void open_abnormal();
  void end_gone();
  void hand_out(WatchDecision& decision);
  OpenIncident& open(const IncidentKey& key, std::uint64_t began_ms, std::string text);
  void end(OpenIncident& incident, std::string text);

  // climbing.cpp: the ladders.
  void step_ladders();
  void step_ladders_of(OpenIncident& incident, std::size_t subject);
  [[nodiscard]] LadderInput object_input(std::size_t object, Vector vector) const;
  [[nodiscard]] LadderInput group_input(std::size_t subject, Vector vector) const;
  void follow_carriers(OpenIncident& incident, std::size_t subject);
  [[nodiscard]] bool observed(std::size_t subject) const;

  // measures.cpp: what is to be in force.
  [[nodiscard]] std::vector<Measure> wanted_measures() const;
  void settle_measures(WatchDecision& decision);

  // conditions.cpp: what is no load.
  void watch_link(Cause cause, bool up, std::uint64_t& down_since_ms);
  void watch_servers();
  [[nodiscard]] bool server_silent(std::size_t object) const;
  [[nodiscard]] bool server_answers(std::size_t object) const;

  // diagnosing.cpp: what kind it is and what shows it.
  void diagnose_due();
  void diagnose(const IncidentKey& key, OpenIncident& incident);
  void take_kind(OpenIncident& incident, Diagnosis diagnosis);
  [[nodiscard]] Features features(const IncidentKey& key, const OpenIncident& incident,
                                  std::span<const std::uint32_t> objects) const;
  void list_affected(const IncidentKey& key, OpenIncident& incident);
  void list_unaffected(OpenIncident& incident);
  [[nodiscard]] bool shown_unaffected(std::size_t object) const;

  /// The number of a subject of the policy in force; `subject_count()` if there is none.
  [[nodiscard]] std::size_t number_of(const Subject& subject) const;
  [[nodiscard]] std::vector<std::uint32_t> objects_of(const IncidentKey& key) const;
  [[nodiscard]] Subject subject_of(std::size_t number) const;
  [[nodiscard]] ObjectState object_state(std::size_t object) const;
  void number_subjects();

  std::shared_ptr<const Policy> policy_;
  std::vector<PerVector<std::uint64_t>> learned_;
  std::unique_ptr<Detector> detector_;
  std::unique_ptr<Loads> loads_;
  std::map<Subject, std::uint32_t> numbers_;
  WatchIds ids_;

  // The clock of timers: it stands still while nobody watches, and never goes back.
  std::uint64_t ms_ = 1'000;
  std::uint64_t last_monotonic_ms_ = 0;
  bool clock_begun_ = false;
  std::uint64_t now_ms_ = 0;
  /// Until then no ladder moves: what passes cannot be told before samples and sources of a second
  /// are there again.
  std::uint64_t hold_until_ms_ = 0;
  bool links_up_ = true;

  Incidents incidents_;
  std::vector<std::uint8_t> set_apart_;           ///< by object
  std::vector<std::uint64_t> silent_since_ms_;    ///< by object; 0: its server answers
  std::vector<std::uint64_t> policy_changed_ms_;  ///< by object; 0: not since the start
  std::uint64_t outside_down_since_ms_ = 0;
  std::uint64_t inside_down_since_ms_ = 0;
  std::vector<std::uint32_t> unaffected_;  ///< as of `unaffected_ms_`
  std::uint64_t unaffected_ms_ = 0;

  std::vector<Measure> measures_;
  std::uint64_t measures_sent_ms_ = 0;
  bool resend_ = false;  ///< the dataplane may know nothing
};

}  // namespace sekimori
