#include "control/watch/watch.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace sekimori {

class Watch::State {
 public:
  std::shared_ptr<const Policy> policy;
  std::vector<Measure> measures;
};

Watch::Watch(std::shared_ptr<const Policy> policy,
             std::span<const PerVector<std::uint64_t>> /*learned*/, WatchIds /*ids*/)
    : state_(std::make_unique<State>()) {
  state_->policy = std::move(policy);
}
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;
Watch::~Watch() = default;

WatchDecision Watch::step(const Observation& /*observation*/) {
  return {};
}

void Watch::replace_policy(std::shared_ptr<const Policy> policy,
                           std::span<const PerVector<std::uint64_t>> /*learned*/) {
  state_->policy = std::move(policy);
}
void Watch::replace_learned(std::span<const PerVector<std::uint64_t>> /*learned*/) {}

tl::expected<void, std::string> Watch::approve(std::uint64_t action_id,
                                               const std::string& /*who*/) {
  return tl::unexpected("there is no action " + std::to_string(action_id));
}
tl::expected<void, std::string> Watch::reject(std::uint64_t action_id, const std::string& /*who*/) {
  return tl::unexpected("there is no action " + std::to_string(action_id));
}

nlohmann::json Watch::save() const {
  return nlohmann::json::object();
}
tl::expected<void, std::string> Watch::restore(const nlohmann::json& /*saved*/) {
  return {};
}

const std::vector<Measure>& Watch::measures() const {
  return state_->measures;
}
std::vector<Incident> Watch::open_incidents() const {
  return {};
}
SubjectView Watch::object(std::size_t index) const {
  SubjectView view;
  view.subject = {.level = Level::object, .name = state_->policy->objects[index].name.value};
  view.tenant = state_->policy->objects[index].tenant.value;
  return view;
}
std::size_t Watch::object_count() const {
  return state_->policy->objects.size();
}
std::vector<SubjectView> Watch::aggregates() const {
  return {};
}
WatchTotals Watch::totals() const {
  return {.objects = object_count()};
}

}  // namespace sekimori
