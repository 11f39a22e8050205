#include "control/daemon/policy_desk.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>

namespace sekimori {
namespace {

constexpr std::chrono::seconds look_every{1};

std::uint64_t now_ms() {
  return read_clock().unix_ms();
}

}  // namespace

PolicyDesk::PolicyDesk(Keeper& keeper)
    : keeper_(keeper),
      transactions_(keeper.store(), [this](const CheckedPolicy& policy) { return apply(policy); }) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { look_after(stop); }};
}

PolicyDesk::~PolicyDesk() = default;

tl::expected<void, std::string> PolicyDesk::apply(const CheckedPolicy& policy) {
  const auto bytes = policy.image.bytes();
  auto image = PolicyImage::load({bytes.begin(), bytes.end()});
  if (!image) return tl::unexpected<std::string>{image.error()};
  PolicyInForce next{.policy = std::make_shared<const Policy>(policy.policy),
                     .image = std::make_shared<const PolicyImage>(std::move(*image)),
                     .version = 0};
  if (auto put = keeper_.reconciler().put_policy(next.image); !put) return put;
  keeper_.adopt(std::move(next));
  return {};
}

PolicyDesk::Result<PolicyVersion> PolicyDesk::commit(const std::string& text, const Author& author,
                                                     const std::string& comment,
                                                     std::uint32_t confirm_within_s) {
  const std::lock_guard lock{mutex_};
  auto version = transactions_.commit(text, author, comment, confirm_within_s, now_ms());
  if (version) keeper_.set_policy_version(version->number);
  return version;
}

PolicyDesk::Result<PolicyVersion> PolicyDesk::confirm(std::uint64_t version, const Author& author) {
  const std::lock_guard lock{mutex_};
  return transactions_.confirm(version, author, now_ms());
}

PolicyDesk::Result<PolicyVersion> PolicyDesk::rollback(std::uint64_t version,
                                                       const Author& author) {
  const std::lock_guard lock{mutex_};
  const std::string comment = "rolled back to version " + std::to_string(version);
  auto result = transactions_.rollback(version, author, comment, now_ms());
  if (result) keeper_.set_policy_version(result->number);
  return result;
}

void PolicyDesk::look_after(const std::stop_token& stop) {
  std::mutex waiting;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    look();
    std::unique_lock lock{waiting};
    never.wait_for(lock, stop, look_every, [] { return false; });
  }
}

void PolicyDesk::look() {
  const std::lock_guard lock{mutex_};
  const bool reached = keeper_.reconciler().state().reached;
  // Without a dataplane nothing can be ended or rolled back; until then all stays as it is.
  if (!reached) return;
  const auto in_force = recovered_ ? transactions_.tick(now_ms()) : transactions_.recover(now_ms());
  if (!in_force) {
    spdlog::error("policy: {}", in_force.error().detail);
    return;
  }
  recovered_ = true;
  if (*in_force) keeper_.set_policy_version((*in_force)->number);
}

}  // namespace sekimori
