// How measures change a generation of the policy.

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <variant>

#include "dataplane/state/policy_tables.hpp"

namespace sekimori {
namespace {

/// Changes one object as a measure says.
class Application {
 public:
  explicit Application(ProtectedObject& object) : object_(object) {}

  void operator()(const AuthenticateSources& measure) const {
    object_.when_off = measure.mode;
    object_.record.syn_mode = measured_mode(object_.record.syn_mode, measure.mode);
    object_.authenticates_tcp = true;
  }

  void operator()(const BlockSources&) const { object_.blocks_sources = true; }

  void operator()(const LimitTraffic& measure) const {
    object_.record.limits[static_cast<std::size_t>(measure.traffic)] = {
        .packets_per_s = measure.packets_per_s, .bits_per_s = measure.bits_per_s};
    object_.limited = std::ranges::any_of(object_.record.limits, [](const LimitRecord& limit) {
      return limit.packets_per_s != 0 || limit.bits_per_s != 0;
    });
  }

  void operator()(const LimitConnections& measure) const {
    object_.record.new_connections_per_s = measure.per_s;
  }

  void operator()(const GiveUpDestination&) const { object_.gives_up_destinations = true; }

 private:
  ProtectedObject& object_;
};

/// What only one measure of an object may say; empty for what several may.
std::optional<std::size_t> single_place(const MeasureKind& kind) {
  if (std::holds_alternative<AuthenticateSources>(kind)) return 0;
  if (std::holds_alternative<LimitConnections>(kind)) return 1;
  if (const auto* limit = std::get_if<LimitTraffic>(&kind)) {
    return 2 + static_cast<std::size_t>(limit->traffic);
  }
  return std::nullopt;
}

/// The measures' prefixes of one object while they are collected.
struct Entries {
  std::vector<PrefixMap::Entry> sources;
  std::vector<PrefixMap::Entry> destinations;

  void add(const MeasureKind& kind) {
    if (const auto* block = std::get_if<BlockSources>(&kind)) {
      for (const Prefix& prefix : block->sources) sources.push_back({.prefix = prefix, .value = 0});
    } else if (const auto* give_up = std::get_if<GiveUpDestination>(&kind)) {
      destinations.push_back({.prefix = give_up->destination, .value = 0});
    }
  }
  [[nodiscard]] bool empty() const { return sources.empty() && destinations.empty(); }
};

}  // namespace

bool PolicyTables::accepts(const Measure& measure) const {
  const auto index = find_object(measure.object);
  if (!index) return false;
  // Where an object's prefix begins inside of another object, that one's packets never meet it.
  const auto* give_up = std::get_if<GiveUpDestination>(&measure.kind);
  return give_up == nullptr || destinations().find(give_up->destination.address) == *index;
}

tl::expected<PolicyTables, std::string> PolicyTables::with_measures(
    std::span<const Measure> measures) const {
  PolicyTables tables{shared_};
  if (measures.empty()) return tables;
  tables.measured_objects_ = shared_->objects;
  tables.objects_ = tables.measured_objects_.data();

  std::set<std::pair<std::uint32_t, std::size_t>> taken;
  std::map<std::uint32_t, Entries> entries;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const Measure& measure = measures[i];
    const auto refused = [i](const std::string& why) {
      return tl::unexpected<std::string>{"measures[" + std::to_string(i) + "]." + why};
    };
    const auto index = find_object(measure.object);
    if (!index) return refused("object: the policy in force has no object of this name");
    if (!accepts(measure)) {
      return refused("give_up_destination.destination: is no address of this object");
    }
    const auto place = single_place(measure.kind);
    if (place && !taken.emplace(*index, *place).second) {
      return refused("kind: an earlier measure says the same of this object");
    }
    std::visit(Application{tables.measured_objects_[*index]}, measure.kind);
    entries[*index].add(measure.kind);
  }

  for (const auto& [index, of_object] : entries) {
    if (of_object.empty()) continue;
    tables.measured_objects_[index].measures = static_cast<std::uint32_t>(tables.prefixes_.size());
    tables.any_source_blocked_ |= !of_object.sources.empty();
    tables.any_destination_given_up_ |= !of_object.destinations.empty();
    tables.prefixes_.push_back({.sources = PrefixMap{of_object.sources},
                                .destinations = PrefixMap{of_object.destinations}});
  }
  return tables;
}

}  // namespace sekimori
