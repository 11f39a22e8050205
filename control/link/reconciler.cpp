#include "control/link/reconciler.hpp"

#include <chrono>
#include <utility>

#include "common/clock.hpp"

namespace sekimori {
namespace {

/// How often the dataplane is asked what it has, when nothing is wanted anew.
constexpr std::chrono::milliseconds look_every{200};
/// Keys are handed over for two hours to come, and again when less than one is left: for so long
/// cookies of all nodes stay valid at each other's when control is away.
constexpr std::uint64_t key_slots_ahead = 2 * 3'600 / cookie_slot_s;

}  // namespace

Reconciler::Reconciler(const std::string& socket_path, MasterSecret secret)
    : client_(socket_path), secret_(std::move(secret)) {
  // Revisions grow over restarts of control, too.
  wanted_.measures_revision = read_clock().unix_ms();
  thread_ = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
}

Reconciler::~Reconciler() = default;

void Reconciler::want_policy(std::shared_ptr<const PolicyImage> policy) {
  const std::lock_guard lock{mutex_};
  wanted_.policy = std::move(policy);
  ++wanted_.policy_order;
  news_ = true;
  changed_.notify_all();
}

tl::expected<void, std::string> Reconciler::put_policy(std::shared_ptr<const PolicyImage> policy) {
  std::unique_lock lock{mutex_};
  const auto before = std::exchange(wanted_.policy, std::move(policy));
  const std::uint64_t order = ++wanted_.policy_order;
  news_ = true;
  changed_.notify_all();
  answered_.wait(lock, [&] { return policy_answered_ >= order; });
  if (policy_refusal_.empty()) return {};
  wanted_.policy = before;
  return tl::unexpected<std::string>{policy_refusal_};
}

std::uint64_t Reconciler::want_measures(std::vector<Measure> measures) {
  const std::lock_guard lock{mutex_};
  wanted_.measures = std::move(measures);
  news_ = true;
  changed_.notify_all();
  return ++wanted_.measures_revision;
}

Reconciler::State Reconciler::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

void Reconciler::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    reconcile();
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, stop, look_every, [&] { return news_; });
  }
}

void Reconciler::reconcile() {
  const bool found = find_dataplane();
  Wanted wanted;
  {
    const std::lock_guard lock{mutex_};
    wanted = wanted_;
    news_ = false;
  }
  if (found) {
    send_policy(wanted);
    send_measures(wanted);
    send_keys(read_clock().unix_s());
    return;
  }
  const std::lock_guard lock{mutex_};
  if (policy_answered_ < wanted.policy_order) {
    policy_refusal_ = state_.problem;
    policy_answered_ = wanted.policy_order;
    answered_.notify_all();
  }
}

bool Reconciler::find_dataplane() {
  auto status = client_.status();
  if (status && status->started_unix_ns != known_start_ns_) {
    known_start_ns_ = status->started_unix_ns;
    policy_refused_ = 0;
    measures_sent_ = 0;
    keys_until_slot_ = 0;
  }
  const std::lock_guard lock{mutex_};
  state_.reached = status.has_value();
  state_.problem = status ? std::string{} : status.error();
  if (status) state_.dataplane = std::move(*status);
  return state_.reached;
}

void Reconciler::send_policy(const Wanted& wanted) {
  std::string refusal;
  const bool there =
      wanted.policy == nullptr || wanted.policy->id() == state().dataplane->policy_id;
  if (!there && policy_refused_ != wanted.policy_order) {
    const auto applied = client_.apply_policy(wanted.policy->bytes());
    if (!applied) {
      refusal = applied.error();
      policy_refused_ = wanted.policy_order;
    }
    // Measures that were refused with the policy before may be right with this one.
    measures_sent_ = 0;
  }
  const std::lock_guard lock{mutex_};
  if (!refusal.empty()) state_.problem = refusal;
  if (policy_answered_ < wanted.policy_order) {
    policy_refusal_ = refusal;
    policy_answered_ = wanted.policy_order;
    answered_.notify_all();
  }
}

void Reconciler::send_measures(const Wanted& wanted) {
  if (!wanted.measures || measures_sent_ == wanted.measures_revision) return;
  const auto sent = client_.set_measures(wanted.measures_revision, *wanted.measures);
  note(sent);
  if (!sent) return;
  measures_sent_ = wanted.measures_revision;
  const std::lock_guard lock{mutex_};
  state_.measures_revision = wanted.measures_revision;
  state_.measures_since_unix_ms = read_clock().unix_ms();
}

void Reconciler::send_keys(std::uint64_t unix_s) {
  const std::uint64_t next = cookie_slot(unix_s) + 1;
  if (keys_until_slot_ > next + key_slots_ahead / 2) return;
  std::vector<DataplaneClient::SlotKey> keys;
  for (std::uint64_t slot = next; slot < next + key_slots_ahead; ++slot) {
    keys.push_back({slot, secret_.cookie_key(slot)});
  }
  const auto sent = client_.set_cookie_keys(keys);
  note(sent);
  if (sent) keys_until_slot_ = next + key_slots_ahead;
}

void Reconciler::note(const tl::expected<void, std::string>& result) {
  if (result) return;
  const std::lock_guard lock{mutex_};
  state_.problem = result.error();
}

}  // namespace sekimori
