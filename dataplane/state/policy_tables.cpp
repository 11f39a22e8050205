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
  PolicyTables tables{std::move(image)};
  for (const ObjectRecord& object : tables.image_.objects()) {
    const auto slot = slots.slot(tables.image_.name(object));
    if (!slot) {
      return tl::unexpected<std::string>{
          "more object names than the " + std::to_string(slots.capacity()) +
          " slots of tables.objects, counting those of earlier policies; restart to free them"};
    }
    tables.objects_.push_back({.slot = *slot,
                               .limited = limited(object),
                               .authenticates_tcp = authenticates_tcp(tables.image_, object),
                               .record = object});
  }

  std::vector<PrefixMap::Entry> entries;
  for (const PrefixRecord& p : tables.image_.prefixes()) {
    entries.push_back({.prefix = p.prefix, .value = p.object});
  }
  tables.destinations_ = PrefixMap{entries};

  for (const SourceListRecord& list : tables.image_.source_lists()) {
    entries.clear();
    for (const SourceEntryRecord& e :
         tables.image_.source_entries().subspan(list.first_entry, list.entry_count)) {
      entries.push_back({.prefix = e.prefix, .value = static_cast<std::uint32_t>(e.action)});
    }
    tables.source_lists_.emplace_back(entries);
  }
  return tables;
}

SynMode PolicyTables::service_mode(const ObjectRecord& object, std::uint16_t port) const {
  const auto services = image_.services().subspan(object.first_service, object.service_count);
  const auto service = std::ranges::lower_bound(services, port, {},
                                                [](const ServiceRecord& s) { return s.last_port; });
  const bool inside = service != services.end() && service->first_port <= port;
  return inside ? service->syn_mode : object.syn_mode;
}

}  // namespace sekimori
