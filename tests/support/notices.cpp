#include "tests/support/notices.hpp"

#include <algorithm>
#include <set>

namespace sekimori::test {
namespace {

constexpr std::uint64_t began_ms = 1'748'927'122'000;

ActionRecord action(std::uint64_t id, Step step, ActionState state, std::uint64_t at_ms) {
  return {.id = id,
          .step = step,
          .state = state,
          .object = "web-kita",
          .vector = Vector::syn,
          .what = step == Step::authenticate ? "SYN mode proxy for all TCP ports"
                                             : "192.0.2.10/32 is given up for 300 s",
          .reason = "the load endangers minami as well",
          .evidence = "1200000 packets/s, of which 97 % prove nothing",
          .expected = "only proved sources reach the server",
          .real = "",
          .began_ms = at_ms,
          .ended_ms = std::nullopt};
}

const tl::unexpected<std::string> broken{"the disk is full"};

}  // namespace

Incident sample_incident() {
  Incident incident;
  incident.id = 42;
  incident.subject = {.level = Level::object, .name = "web-kita"};
  incident.tenant = "kita";
  incident.vectors = {Vector::syn, Vector::packets};
  incident.first_abnormal_ms = began_ms;
  incident.recorded_ms = began_ms + 1'400;
  incident.mitigated_ms = began_ms + 1'900;
  incident.peak_rate = 1'234'000;
  incident.threshold = 40'000;
  incident.diagnosis.kind = IncidentKind::syn_flood_spoofed;
  incident.diagnosis.candidates = {{.kind = IncidentKind::syn_flood_real,
                                    .criteria = {{.what = "sources that proved themselves",
                                                  .wanted = "at least 50 %",
                                                  .found = "2 %",
                                                  .met = false}}},
                                   {.kind = IncidentKind::syn_flood_spoofed,
                                    .criteria = {{.what = "share of SYNs in all packets",
                                                  .wanted = "at least 80 %",
                                                  .found = "97 %",
                                                  .met = true}}}};
  incident.affected = {{.object = "web-kita", .tenant = "kita"},
                       {.object = "mail-minami", .tenant = "minami"}};
  incident.unaffected = {{.object = "dns-kita", .tenant = "kita"},
                         {.object = "web-nishi", .tenant = "nishi"}};
  incident.unaffected_count = 215;
  incident.sources = {{.what = "198.51.100.0/24", .share = 0.02}};
  incident.ports = {{.what = "TCP 443", .share = 0.97}};
  incident.actions = {
      action(7, Step::authenticate, ActionState::in_force, began_ms + 1'900),
      action(8, Step::give_up, ActionState::waiting, began_ms + 6'000),
  };
  incident.next_steps = {"Ask the carrier of web-nishi to filter."};
  return incident;
}

Incident ended_incident() {
  Incident incident = sample_incident();
  incident.ended_ms = began_ms + 600'000;
  for (ActionRecord& action : incident.actions) {
    action.state =
        action.state == ActionState::waiting ? ActionState::rejected : ActionState::ended;
    action.ended_ms = began_ms + 590'000;
  }
  return incident;
}

NotifyDirectory sample_directory() {
  const auto contacts = [](const std::string& name, Language language) {
    ContactPolicy contact;
    contact.language = language;
    contact.mail = {"noc@" + name + ".example"};
    contact.webhook = {"http://127.0.0.1:9/" + name};
    return contact;
  };
  NotifyDirectory directory;
  directory.notify.operators = contacts("operators", Language::en);
  directory.notify.smtp = "smtp://127.0.0.1:9";
  directory.notify.mail_from = "sekimori@dc.example";
  directory.notify.syslog = "udp://127.0.0.1:9";
  for (const auto& [name, language] :
       {std::pair{"kita", Language::ja}, std::pair{"minami", Language::en}}) {
    TenantPolicy tenant;
    tenant.name.value = name;
    tenant.name.readable = true;
    tenant.contacts = contacts(name, language);
    directory.tenants.push_back(tenant);
  }
  return directory;
}

tl::expected<std::vector<std::string>, std::string> MemoryDeliveryLog::enqueue(
    std::span<const Delivery> deliveries) {
  const std::scoped_lock lock{mutex_};
  if (broken_) return broken;
  std::vector<std::string> fresh;
  for (const Delivery& delivery : deliveries) {
    if (std::ranges::find(deliveries_, delivery.key, &Delivery::key) != deliveries_.end()) continue;
    deliveries_.push_back(delivery);
    fresh.push_back(delivery.key);
  }
  return fresh;
}

tl::expected<std::vector<Delivery>, std::string> MemoryDeliveryLog::pending() {
  const std::scoped_lock lock{mutex_};
  if (broken_) return broken;
  std::vector<Delivery> result;
  std::ranges::copy_if(deliveries_, std::back_inserter(result), [](const Delivery& delivery) {
    return delivery.progress.state == DeliveryState::pending;
  });
  return result;
}

tl::expected<void, std::string> MemoryDeliveryLog::mark(const std::string& key,
                                                        const DeliveryProgress& progress) {
  const std::scoped_lock lock{mutex_};
  if (broken_) return broken;
  const auto found = std::ranges::find(deliveries_, key, &Delivery::key);
  if (found == deliveries_.end()) return tl::make_unexpected("no delivery has the key " + key);
  found->progress = progress;
  return {};
}

tl::expected<std::vector<Recipient>, std::string> MemoryDeliveryLog::recipients(
    std::uint64_t incident) {
  const std::scoped_lock lock{mutex_};
  if (broken_) return broken;
  std::set<Recipient> result;
  for (const Delivery& delivery : deliveries_) {
    if (delivery.incident == incident) result.insert(delivery.recipient);
  }
  return std::vector<Recipient>{result.begin(), result.end()};
}

tl::expected<std::vector<Delivery>, std::string> MemoryDeliveryLog::list(
    const DeliveryFilter& filter) {
  std::vector<Delivery> result;
  for (const Delivery& delivery : all()) {
    if (filter.incident && delivery.incident != *filter.incident) continue;
    if (filter.state && delivery.progress.state != *filter.state) continue;
    if (filter.tenant && delivery.recipient.tenant != *filter.tenant) continue;
    result.push_back(delivery);
    result.back().content.clear();
  }
  std::ranges::reverse(result);
  if (result.size() > filter.at_most) result.resize(filter.at_most);
  return result;
}

void MemoryDeliveryLog::break_down() {
  const std::scoped_lock lock{mutex_};
  broken_ = true;
}

std::size_t MemoryDeliveryLog::count(DeliveryState state) const {
  const std::scoped_lock lock{mutex_};
  return static_cast<std::size_t>(std::ranges::count_if(
      deliveries_, [&](const Delivery& delivery) { return delivery.progress.state == state; }));
}

std::vector<Delivery> MemoryDeliveryLog::all() const {
  const std::scoped_lock lock{mutex_};
  return deliveries_;
}

}  // namespace sekimori::test
