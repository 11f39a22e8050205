#include "control/daemon/keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/compile/compile.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using Clock = std::chrono::steady_clock;
using Error = tl::unexpected<std::string>;

constexpr std::chrono::milliseconds pass_every{100};

/// What control works by before the first policy is committed: nothing is protected or judged.
PolicyInForce no_policy() {
  return {.policy = std::make_shared<const Policy>(), .image = nullptr, .version = 0};
}

NotifyDirectory directory_of(const Policy& policy, const StateFolder& folder) {
  NotifyDirectory directory{.notify = policy.notify, .tenants = policy.tenants};
  if (directory.notify.webhook_secret_file.empty()) {
    directory.notify.webhook_secret_file = folder.webhook_secret().string();
  }
  return directory;
}

std::vector<std::string> object_names(const Policy& policy) {
  std::vector<std::string> names;
  names.reserve(policy.objects.size());
  for (const ObjectPolicy& object : policy.objects) names.push_back(object.name.value);
  return names;
}

tl::expected<PolicyInForce, std::string> read_version(const PolicyVersion& version) {
  const std::string name = "policy version " + std::to_string(version.number);
  auto policy = read_policy(version.text, name);
  if (!policy) return Error{policy.error().text()};
  auto image = compile_policy(*policy);
  if (!image) return Error{name + ": " + image.error()};
  return PolicyInForce{.policy = std::make_shared<const Policy>(std::move(*policy)),
                       .image = std::make_shared<const PolicyImage>(std::move(*image)),
                       .version = version.number};
}

}  // namespace

Keeper::Keeper(RunOptions options, StateFolder folder, std::unique_ptr<Store> store, Watch watch)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      started_unix_ms_(read_clock().unix_ms()),
      store_(std::move(store)),
      policy_(no_policy()),
      watch_(std::move(watch)),
      statistics_(options_.instance) {}

Keeper::~Keeper() = default;

tl::expected<std::unique_ptr<Keeper>, std::string> Keeper::start(const RunOptions& options) {
  auto folder = StateFolder::open(options.state);
  if (!folder) return Error{folder.error()};
  auto store = Store::open(folder->database());
  if (!store) return Error{store.error()};
  const auto last = (*store)->incidents().last_ids();
  if (!last) return Error{last.error()};
  Watch watch{no_policy().policy,
              {},
              {.next_incident = last->incident + 1, .next_action = last->action + 1}};
  std::unique_ptr<Keeper> keeper{
      new Keeper{options, std::move(*folder), std::move(*store), std::move(watch)}};
  if (auto linked = keeper->open_links(); !linked) return Error{linked.error()};
  if (auto resumed = keeper->resume(); !resumed) return Error{resumed.error()};
  return keeper;
}

tl::expected<void, std::string> Keeper::open_links() {
  auto secret = MasterSecret::load(folder_.master_secret());
  if (!secret) return Error{secret.error()};
  reconciler_ = std::make_unique<Reconciler>(options_.management, *secret);
  auto notifier = Notifier::start(store_->deliveries(), {}, directory_of(*policy_.policy, folder_));
  if (!notifier) return Error{notifier.error()};
  notifier_ = std::move(*notifier);
  return {};
}

/// Goes on where the store says that an earlier control was.
tl::expected<void, std::string> Keeper::resume() {
  const auto version = store_->policies().in_force();
  if (!version) return Error{version.error()};
  if (*version) {
    auto in_force = read_version(**version);
    if (!in_force) return Error{in_force.error()};
    reconciler_->want_policy(in_force->image);
    adopt(std::move(*in_force));
  }
  IncidentQuery query;
  query.open = true;
  query.at_most = IncidentLog::max_incidents;
  const auto open = store_->incidents().list(query);
  if (!open) return Error{open.error()};
  for (const Incident& incident : *open) {
    mitigation_.remember(incident);
    counts_.note(incident);
    notifier_->tell(incident);
  }
  const auto saved = store_->watch_state().load();
  if (!saved) {
    spdlog::warn("what was being watched cannot be read, and is watched anew: {}", saved.error());
  } else if (*saved) {
    if (const auto restored = watch_.restore(**saved); !restored) {
      spdlog::warn("what was being watched does not fit, and is watched anew: {}",
                   restored.error());
    }
  }
  return {};
}

void Keeper::run(const std::stop_token& stop) {
  std::mutex waiting;
  std::condition_variable_any never;
  auto next = Clock::now();
  while (!stop.stop_requested()) {
    const auto began = Clock::now();
    turn(read_clock());
    const std::chrono::duration<double> took = Clock::now() - began;
    {
      const std::lock_guard lock{mutex_};
      ++passes_.count;
      passes_.seconds_sum += took.count();
      passes_.seconds_last = took.count();
    }
    next = std::max(next + pass_every, Clock::now());
    std::unique_lock lock{waiting};
    never.wait_until(lock, stop, next, [] { return false; });
  }
  const std::lock_guard lock{mutex_};
  save_watch();
}

void Keeper::turn(const Now& now) {
  const std::lock_guard lock{mutex_};
  view_ = &statistics_.look();
  keep_samples(view_->samples, now.unix_ns);
  act(watch_.step({.now_ms = now.unix_ms(),
                   .monotonic_ms = now.monotonic_ms(),
                   .objects = view_->objects,
                   .samples = view_->samples,
                   .sources = view_->sources,
                   .outside_link_up = view_->snapshot.outside_link_up,
                   .inside_link_up = view_->snapshot.inside_link_up,
                   .lost_packets = view_->lost_packets,
                   .dataplane_alive = view_->alive}));
  learning_.observe(watch_, now.unix_s(), store_->baselines());
}

void Keeper::keep_samples(std::span<const PacketSample> samples, std::uint64_t now_ns) {
  constexpr std::uint64_t keep_ns = 3'600 * ns_per_s;
  samples_.insert(samples_.end(), samples.begin(), samples.end());
  while (!samples_.empty() &&
         (samples_.size() > max_kept_samples || samples_.front().unix_ns + keep_ns < now_ns)) {
    samples_.pop_front();
  }
}

/// Measures go first: whatever else is to be done may take its time.
void Keeper::act(WatchDecision decision) {
  if (decision.measures_changed) {
    revision_ = reconciler_->want_measures(std::move(decision.measures));
  }
  note_mitigation();
  for (Incident& incident : decision.incidents) {
    mitigation_.apply(incident, revision_);
    record(incident);
  }
  if (decision.worth_saving) save_watch();
}

void Keeper::note_mitigation() {
  const Reconciler::State state = reconciler_->state();
  for (const std::uint64_t id :
       mitigation_.confirm(state.measures_revision, state.measures_since_unix_ms)) {
    auto incident = store_->incidents().get(id);
    if (!incident || !*incident) continue;
    (*incident)->mitigated_ms = state.measures_since_unix_ms;
    record(**incident);
  }
}

void Keeper::record(const Incident& incident) {
  counts_.note(incident);
  if (const auto put = store_->incidents().put(incident); !put) {
    spdlog::error("incident {} is not recorded: {}", incident.id, put.error());
  }
  if (!notifier_->tell(incident)) {
    spdlog::error("incident {}: too many notices wait; nobody is told of this change", incident.id);
  }
}

void Keeper::save_watch() {
  if (const auto saved = store_->watch_state().save(watch_.save()); !saved) {
    spdlog::error("what is being watched is not saved: {}", saved.error());
  }
}

PolicyInForce Keeper::policy() const {
  const std::lock_guard lock{mutex_};
  return policy_;
}

void Keeper::adopt(PolicyInForce policy) {
  const std::lock_guard lock{mutex_};
  policy_ = std::move(policy);
  const std::vector<std::string> names = object_names(*policy_.policy);
  watch_.replace_policy(policy_.policy, learned());
  statistics_.set_objects(names);
  learning_.replace_objects(names);
  // Those that are kept name objects by their place in the policy before.
  for (PacketSample& sample : samples_) sample.object_slot = no_policy_object;
  notifier_->set_directory(directory_of(*policy_.policy, folder_));
  const auto bytes = policy_.image->bytes();
  const auto kept = replace_file(folder_.policy_image(),
                                 {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!kept) spdlog::error("the image of the policy is not kept: {}", kept.error());
}

/// The learned thresholds in force, in the order of the policy's objects.
std::vector<PerVector<std::uint64_t>> Keeper::learned() const {
  auto thresholds = store_->baselines().learned_for(*policy_.policy);
  if (thresholds) return std::move(*thresholds);
  spdlog::error("learned thresholds cannot be read, and do not hold: {}", thresholds.error());
  return {};
}

tl::expected<void, std::string> Keeper::accept(std::span<const LearnedThreshold> thresholds,
                                               std::span<const AuditEvent> record) {
  auto accepted = store_->database().attempt([&] {
    needed(store_->baselines().accept(thresholds));
    for (const AuditEvent& event : record) needed(store_->audit().append(event));
  });
  if (!accepted) return accepted;
  const std::lock_guard lock{mutex_};
  watch_.replace_learned(learned());
  return {};
}

void Keeper::set_policy_version(std::uint64_t version) {
  const std::lock_guard lock{mutex_};
  policy_.version = version;
}

std::vector<PacketSample> Keeper::samples(std::uint32_t seconds) const {
  const std::lock_guard lock{mutex_};
  const std::uint64_t from_ns = read_clock().unix_ns - seconds * ns_per_s;
  const auto first = std::ranges::find_if(
      samples_, [&](const PacketSample& sample) { return sample.unix_ns >= from_ns; });
  return {first, samples_.end()};
}

Keeper::Passes Keeper::passes() const {
  const std::lock_guard lock{mutex_};
  return passes_;
}

IncidentCounts Keeper::incident_counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

}  // namespace sekimori
