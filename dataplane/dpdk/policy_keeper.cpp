#include "dataplane/dpdk/policy_keeper.hpp"

#include <charconv>

#include "common/policy_source.hpp"
#include "dataplane/dpdk/log.hpp"

namespace sekimori {

namespace {

bool same_capacities(const GlobalRecord& a, const GlobalRecord& b) {
  return a.flow_capacity == b.flow_capacity && a.handshake_capacity == b.handshake_capacity &&
         a.hold_capacity == b.hold_capacity && a.source_capacity == b.source_capacity &&
         a.backend_capacity == b.backend_capacity && a.object_capacity == b.object_capacity;
}

std::uint64_t numeric_id(const std::string& hexadecimal) {
  std::uint64_t id = 0;
  std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), id, 16);
  return id;
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
  if (!same_capacities(image->global(), capacities_)) {
    log("--policy " + path_ + ": [tables] has changed, which takes effect at the next start");
  }
  auto tables = build(std::move(*image));
  if (!tables) {
    log("--policy " + path_ + ": the policy in force stays; " + tables.error());
    return;
  }
  // Named before packets can be counted under the new slots.
  announce(**tables);
  const std::string id = (*tables)->image().id();
  generations_->replace(std::move(*tables));
  log("policy " + id + " is in force");
}

void PolicyKeeper::announce(const PolicyTables& policy) {
  const PolicyImage& image = policy.image();
  for (std::uint32_t index = 0; index < image.objects().size(); ++index) {
    segment_.publish_name(policy.object_slot(index), image.name(image.objects()[index]));
  }
  StatsHeader& header = segment_.header();
  set(header.policy_id, numeric_id(image.id()));
  set(header.policy_generation, ++generation_);
}

}  // namespace sekimori
