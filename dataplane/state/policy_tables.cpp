#include "dataplane/state/policy_tables.hpp"

#include <algorithm>

namespace sekimori {
namespace {

bool limited(const ObjectRecord& object) {
  return std::ranges::any_of(object.limits, [](const LimitRecord& limit) {
    return limit.packets_per_s != 0 || limit.bits_per_s != 0;
  });
}

bool authenticates_tcp(const PolicyImage& image, const ObjectRecord& object) {
  if (object.syn_mode != SynMode::off) return true;
  const auto services = image.services().subspan(object.first_service, object.service_count);
  return std::ranges::any_of(services,
                             [](const ServiceRecord& s) { return s.syn_mode != SynMode::off; });
}

}  // namespace

std::optional<std::uint32_t> ObjectSlots::slot(std::string_view name) {
  if (const auto known = slots_.find(name); known != slots_.end()) return known->second;
  if (used() == capacity_) return std::nullopt;
  return slots_.emplace(name, used()).first->second;
}

tl::expected<PolicyTables, std::string> PolicyTables::build(PolicyImage image, ObjectSlots& slots) {
  const auto shared = std::make_shared<Shared>(std::move(image));
  for (const ObjectRecord& object : shared->image.objects()) {
    const std::string_view name = shared->image.name(object);
    const auto slot = slots.slot(name);
    if (!slot) {
      return tl::unexpected<std::string>{
          "more object names than the " + std::to_string(slots.capacity()) +
          " slots of tables.objects, counting those of earlier policies; restart to free them"};
    }
    shared->index_of_name.emplace(name, static_cast<std::uint32_t>(shared->objects.size()));
    shared->objects.push_back({.slot = *slot,
                               .limited = limited(object),
                               .authenticates_tcp = authenticates_tcp(shared->image, object),
                               .record = object});
  }

  std::vector<PrefixMap::Entry> entries;
  for (const PrefixRecord& p : shared->image.prefixes()) {
    entries.push_back({.prefix = p.prefix, .value = p.object});
  }
  shared->destinations = PrefixMap{entries};

  for (const SourceListRecord& list : shared->image.source_lists()) {
    entries.clear();
    for (const SourceEntryRecord& e :
         shared->image.source_entries().subspan(list.first_entry, list.entry_count)) {
      entries.push_back({.prefix = e.prefix, .value = static_cast<std::uint32_t>(e.action)});
    }
    shared->source_lists.emplace_back(entries);
  }
  return PolicyTables{shared};
}

std::optional<std::uint32_t> PolicyTables::find_object(std::string_view name) const {
  const auto found = shared_->index_of_name.find(name);
  if (found == shared_->index_of_name.end()) return std::nullopt;
  return found->second;
}

SynMode PolicyTables::service_mode(const ProtectedObject& object, std::uint16_t port) const {
  const ObjectRecord& record = object.record;
  const auto services = image().services().subspan(record.first_service, record.service_count);
  const auto service = std::ranges::lower_bound(services, port, {},
                                                [](const ServiceRecord& s) { return s.last_port; });
  const bool inside = service != services.end() && service->first_port <= port;
  return measured_mode(inside ? service->syn_mode : record.syn_mode, object.when_off);
}

}  // namespace sekimori
