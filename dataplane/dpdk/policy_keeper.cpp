#include "dataplane/dpdk/policy_keeper.hpp"

#include "common/policy_source.hpp"
#include "dataplane/dpdk/log.hpp"

namespace sekimori {

namespace {

bool same_capacities(const GlobalRecord& a, const GlobalRecord& b) {
  return a.flow_capacity == b.flow_capacity && a.handshake_capacity == b.handshake_capacity &&
         a.hold_capacity == b.hold_capacity && a.source_capacity == b.source_capacity &&
         a.backend_capacity == b.backend_capacity && a.object_capacity == b.object_capacity;
}

}  // namespace

tl::expected<std::unique_ptr<PolicyKeeper>, Failure> PolicyKeeper::create(std::string path,
                                                                          PolicyImage image,
                                                                          StatsSegment& segment,
                                                                          unsigned workers) {
  std::unique_ptr<PolicyKeeper> keeper{new PolicyKeeper{std::move(path), image.global(), segment}};
  auto tables = keeper->build(std::move(image));
  if (!tables) return wrong_input("--policy " + keeper->path_ + ": " + tables.error());
  keeper->generations_ = std::make_unique<PolicyGenerations>(std::move(*tables), workers);
  keeper->announce(keeper->generations_->current());
  return keeper;
}

tl::expected<std::unique_ptr<const PolicyTables>, std::string> PolicyKeeper::build(
    PolicyImage image) {
  auto tables = PolicyTables::build(std::move(image), slots_);
  if (!tables) return tl::unexpected(tables.error());
  return std::make_unique<const PolicyTables>(std::move(*tables));
}

void PolicyKeeper::reload() {
  auto image = load_policy(path_);
  if (!image) {
    const std::string& why = image.error().message;
    log("--policy " + path_ + ": the policy in force stays" + (why.empty() ? "" : "; " + why));
    return;
  }
  if (const auto replaced = replace(std::move(*image)); !replaced) {
    log("--policy " + path_ + ": the policy in force stays; " + replaced.error());
  }
}

tl::expected<AppliedPolicy, ManagementError> PolicyKeeper::apply(PolicyImage image) {
  if (const auto replaced = replace(std::move(image)); !replaced) {
    log("a policy from control is refused; " + replaced.error());
    return refuse(ManagementError::Kind::exhausted, replaced.error());
  }
  return AppliedPolicy{.policy_id = generations_->current().image().id(),
                       .policy_generation = generation_};
}

tl::expected<void, std::string> PolicyKeeper::replace(PolicyImage image) {
  const bool other_capacities = !same_capacities(image.global(), capacities_);
  auto tables = PolicyTables::build(std::move(image), slots_);
  if (!tables) return tl::unexpected{tables.error()};
  if (other_capacities) {
    log("policy " + tables->image().id() +
        ": [tables] has changed, which takes effect at the next start");
  }
  for (const Measure& measure : measures_.end_refused_by(*tables)) {
    log("measure " + std::string{kind_name(measure)} + " of object " + measure.object +
        " ends: policy " + tables->image().id() + " has not got what it is about");
  }
  // Named before packets can be counted under the new slots.
  announce(*tables);
  const std::string id = tables->image().id();
  put_in_force(std::move(*tables));
  log("policy " + id + " is in force");
  return {};
}

void PolicyKeeper::replace_generation(PolicyTables tables) {
  generations_->replace(std::make_unique<const PolicyTables>(std::move(tables)));
  ++changes_;
}

/// `tables` are those of a policy that accepts all measures in force.
void PolicyKeeper::put_in_force(PolicyTables tables) {
  auto measured = tables.with_measures(measures_.measures());
  replace_generation(std::move(measured ? *measured : tables));
  show_measures();
}

tl::expected<void, ManagementError> PolicyKeeper::set_measures(MeasureSet set,
                                                               std::uint64_t now_ms) {
  if (!measures_.say(set.measures)) {
    auto tables = generations_->current().with_measures(set.measures);
    if (!tables) return refuse(ManagementError::Kind::invalid, tables.error());
    replace_generation(std::move(*tables));
    log("measures of revision " + std::to_string(set.revision) +
        " are in force: " + std::to_string(set.measures.size()));
  }
  measures_.set(set.revision, std::move(set.measures), now_ms);
  show_measures();
  return {};
}

void PolicyKeeper::end_expired_measures(std::uint64_t now_ms) {
  const std::vector<Measure> ended = measures_.end_expired(now_ms);
  if (ended.empty()) return;
  for (const Measure& measure : ended) {
    log("measure " + std::string{kind_name(measure)} + " of object " + measure.object +
        " ends: its time is over");
  }
  if (auto tables = generations_->current().with_measures(measures_.measures())) {
    replace_generation(std::move(*tables));
  }
  show_measures();
}

void PolicyKeeper::show_measures() {
  StatsHeader& header = segment_.header();
  set(header.measures_revision, measures_.revision());
  set(header.measures_in_force, measures_.measures().size());
}

void PolicyKeeper::announce(const PolicyTables& policy) {
  const PolicyImage& image = policy.image();
  for (std::uint32_t index = 0; index < image.objects().size(); ++index) {
    segment_.publish_name(policy.object_slot(index), image.name(image.objects()[index]));
  }
  StatsHeader& header = segment_.header();
  set(header.policy_id, image.number());
  set(header.policy_generation, ++generation_);
}

}  // namespace sekimori
