#include <algorithm>

#include "control/baseline/proposal.hpp"
#include "control/daemon/keeper_operations.hpp"

namespace sekimori {
namespace {

using Problems = tl::unexpected<Problem>;

Problem failed(const std::string& why) {
  return {.kind = ProblemKind::internal, .detail = why, .faults = {}};
}

const ObjectPolicy* find_object(const Policy& policy, const std::string& name) {
  const auto found = std::ranges::find_if(
      policy.objects, [&](const ObjectPolicy& object) { return object.name.value == name; });
  return found == policy.objects.end() ? nullptr : &*found;
}

Problem unknown_object(const std::string& name) {
  return {.kind = ProblemKind::not_found,
          .detail = "the policy in force has no object \"" + name + "\"",
          .faults = {}};
}

std::string_view unit_of(Vector vector) {
  return unit_name(vector_texts[static_cast<std::size_t>(vector)].unit);
}

Json proposal_json(const std::string& object, const Proposal& proposal, std::uint64_t present) {
  return {{"object", object},
          {"vector", name_of(proposal.vector)},
          {"unit", unit_of(proposal.vector)},
          {"present", present == 0 ? Json(nullptr) : Json(present)},
          {"proposed", proposal.threshold},
          {"bounded_by_capacity", proposal.bounded_by_capacity},
          {"observed_hours", proposal.baseline.hours},
          {"reason", proposal.reason}};
}

const LearnedThreshold* of_vector(const std::vector<LearnedThreshold>& learned, Vector vector) {
  const auto found = std::ranges::find(learned, vector, &LearnedThreshold::vector);
  return found == learned.end() ? nullptr : &*found;
}

/// The threshold that holds now; 0: none.
std::uint64_t present_threshold(const ObjectPolicy& object,
                                const std::vector<LearnedThreshold>& learned, Vector vector) {
  if (object.threshold[vector] != 0) return object.threshold[vector];
  const LearnedThreshold* accepted = of_vector(learned, vector);
  return accepted != nullptr ? accepted->threshold : 0;
}

}  // namespace

Operations::Result KeeperOperations::baselines(const Caller&, const std::string& name) {
  const PolicyInForce policy = keeper_.policy();
  if (find_object(*policy.policy, name) == nullptr) return Problems{unknown_object(name)};
  const auto history = keeper_.store().baselines().history(name);
  if (!history) return Problems{failed(history.error())};
  const auto learned = keeper_.store().baselines().learned(name);
  if (!learned) return Problems{failed(learned.error())};
  Json list = Json::array();
  for (const Vector vector : all_vectors()) {
    const auto baseline = baseline_of(*history, vector);
    const LearnedThreshold* accepted = of_vector(*learned, vector);
    if (!baseline && accepted == nullptr) continue;
    list.push_back(
        {{"object", name},
         {"vector", name_of(vector)},
         {"unit", unit_of(vector)},
         {"threshold", accepted != nullptr ? Json(accepted->threshold) : Json(nullptr)},
         {"accepted_ms", accepted != nullptr ? Json(accepted->accepted_ms) : Json(nullptr)},
         {"accepted_by", accepted != nullptr ? accepted->accepted_by : std::string{}},
         {"observed_hours", baseline ? baseline->hours : 0},
         {"median", baseline ? Json(baseline->median) : Json(nullptr)},
         {"high", baseline ? Json(baseline->high) : Json(nullptr)}});
  }
  return Json{{"baselines", std::move(list)}};
}

Operations::Result KeeperOperations::baseline_proposals(const Caller&, const std::string& name,
                                                        std::uint32_t limit) {
  const PolicyInForce policy = keeper_.policy();
  if (!name.empty() && find_object(*policy.policy, name) == nullptr) {
    return Problems{unknown_object(name)};
  }
  Json list = Json::array();
  for (const ObjectPolicy& object : policy.policy->objects) {
    if (!name.empty() && object.name.value != name) continue;
    const auto history = keeper_.store().baselines().history(object.name.value);
    if (!history) return Problems{failed(history.error())};
    const auto learned = keeper_.store().baselines().learned(object.name.value);
    if (!learned) return Problems{failed(learned.error())};
    for (const Proposal& proposal : propose_thresholds(*history, object.capacity)) {
      if (list.size() == limit) return Json{{"proposals", std::move(list)}};
      list.push_back(proposal_json(object.name.value, proposal,
                                   present_threshold(object, *learned, proposal.vector)));
    }
  }
  return Json{{"proposals", std::move(list)}};
}

Operations::Result KeeperOperations::accept_baselines(const Caller& caller,
                                                      const BaselineAcceptance& acceptance) {
  const PolicyInForce policy = keeper_.policy();
  const ObjectPolicy* object = find_object(*policy.policy, acceptance.object);
  if (object == nullptr) return Problems{unknown_object(acceptance.object)};
  const auto history = keeper_.store().baselines().history(acceptance.object);
  if (!history) return Problems{failed(history.error())};
  const std::vector<Proposal> proposals = propose_thresholds(*history, object->capacity);
  std::vector<LearnedThreshold> accepted;
  std::vector<AuditEvent> record;
  Json list = Json::array();
  for (const Vector vector : acceptance.vectors) {
    const auto found = std::ranges::find(proposals, vector, &Proposal::vector);
    if (found == proposals.end()) {
      return Problems{{.kind = ProblemKind::conflict,
                       .detail = "there is no history yet of " + std::string{name_of(vector)} +
                                 " of \"" + acceptance.object + "\"; nothing was accepted",
                       .faults = {}}};
    }
    const Proposal proposal = tuned(*found, acceptance.factor, object->capacity);
    accepted.push_back({.object = acceptance.object,
                        .vector = vector,
                        .threshold = proposal.threshold,
                        .reason = proposal.reason,
                        .accepted_by = caller.person,
                        .accepted_ms = read_clock().unix_ms()});
    record.push_back(event(caller, "baseline.accept",
                           acceptance.object + " " + std::string{name_of(vector)},
                           "threshold " + std::to_string(proposal.threshold), proposal.reason));
    list.push_back(proposal_json(acceptance.object, proposal, proposal.threshold));
  }
  if (const auto done = keeper_.accept(accepted, record); !done) {
    return Problems{failed(done.error())};
  }
  return Json{{"proposals", std::move(list)}};
}

}  // namespace sekimori
