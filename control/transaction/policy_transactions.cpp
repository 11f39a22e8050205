#include "control/transaction/policy_transactions.hpp"

#include <utility>

#include "control/compile/compile.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using Kind = TransactionFaultKind;

constexpr std::uint64_t ms_per_s = 1'000;

/// What sekimori-control does by itself stands in the audit under this name.
const Author by_itself{.person = "sekimori-control", .duty = ""};

tl::unexpected<TransactionFault> fault(Kind kind, std::string detail) {
  return tl::unexpected{
      TransactionFault{.kind = kind, .detail = std::move(detail), .diagnostics = {}}};
}

std::string version_text(std::uint64_t number) {
  return "version " + std::to_string(number);
}

}  // namespace

tl::expected<CheckedPolicy, Diagnostics> check_policy(std::string_view text) {
  const std::string name = "policy.toml";
  auto policy = read_policy(text, name);
  if (!policy) return tl::unexpected{policy.error()};
  auto image = compile_policy(*policy);
  if (!image) {
    Diagnostics diagnostics{name};
    diagnostics.add({.place = {1, 1},
                     .key = {},
                     .problem = "cannot be laid out for the dataplane: " + image.error(),
                     .rule = {},
                     .suggestion = {}});
    return tl::unexpected{std::move(diagnostics)};
  }
  return CheckedPolicy{.policy = std::move(*policy), .image = std::move(*image)};
}

template <typename Body>
PolicyTransactions::Result<void> PolicyTransactions::record(Body body) {
  auto done = store_.database().attempt(std::move(body));
  if (!done) return fault(Kind::store, done.error());
  return {};
}

void PolicyTransactions::audit(const Author& author, std::uint64_t now_ms, std::string_view what,
                               std::uint64_t version, std::string_view result,
                               std::string_view detail) {
  needed(store_.audit().append({.at_ms = now_ms,
                                .person = author.person,
                                .duty = author.duty,
                                .what = std::string{what},
                                .target = version_text(version),
                                .result = std::string{result},
                                .detail = std::string{detail}}));
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::version_of(std::uint64_t number) {
  auto found = store_.policies().get(number);
  if (!found) return fault(Kind::store, found.error());
  if (!*found) return fault(Kind::not_found, "there is no policy " + version_text(number));
  return std::move(**found);
}

PolicyTransactions::Result<CheckedPolicy> PolicyTransactions::checked(
    const PolicyVersion& version) {
  auto policy = check_policy(version.text);
  if (policy) return std::move(*policy);
  return tl::unexpected{
      TransactionFault{.kind = Kind::faulty_policy,
                       .detail = "policy " + version_text(version.number) +
                                 " is faulty by the rules of this sekimori-control",
                       .diagnostics = std::move(policy.error())}};
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::commit(const std::string& text,
                                                                     const Author& author,
                                                                     const std::string& comment,
                                                                     std::uint32_t confirm_within_s,
                                                                     std::uint64_t now_ms) {
  auto policy = check_policy(text);
  if (!policy) {
    return tl::unexpected{TransactionFault{.kind = Kind::faulty_policy,
                                           .detail = "the policy is faulty",
                                           .diagnostics = std::move(policy.error())}};
  }
  const auto unfinished = store_.policies().unfinished();
  if (!unfinished) return fault(Kind::store, unfinished.error());
  if (*unfinished) {
    return fault(Kind::conflict, "policy " + version_text((*unfinished)->number) +
                                     " awaits its confirmation; confirm it or roll it back first");
  }
  const auto present = store_.policies().in_force();
  if (!present) return fault(Kind::store, present.error());
  NewVersion version{.text = text,
                     .image_id = policy->image.id(),
                     .author = author.person,
                     .comment = comment,
                     .committed_ms = now_ms,
                     .confirm_by_ms = {}};
  if (confirm_within_s > 0 && *present) {
    version.confirm_by_ms = now_ms + confirm_within_s * ms_per_s;
  }
  return put_in_force(version, *policy, author);
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::put_in_force(
    const NewVersion& version, const CheckedPolicy& checked, const Author& author) {
  const auto number = store_.policies().begin(version);
  if (!number) return fault(Kind::store, number.error());
  const auto applied = apply_(checked);
  if (!applied) {
    reapply_present();
    const auto recorded = record([&] {
      needed(store_.policies().fail(*number, applied.error()));
      audit(author, version.committed_ms, "policy.commit", *number, "failed", applied.error());
    });
    return fault(Kind::dataplane,
                 "the dataplane did not take the policy: " + applied.error() +
                     (recorded ? "" : "; this could not be recorded: " + recorded.error().detail));
  }
  const auto recorded = record([&] {
    needed(store_.policies().put_in_force(*number));
    audit(author, version.committed_ms, "policy.commit", *number, "done", version.comment);
  });
  if (!recorded) {
    // What cannot be recorded must not be in force. A version that stays pending is ended by the
    // next start.
    reapply_present();
    static_cast<void>(store_.policies().fail(*number, recorded.error().detail));
    return tl::unexpected{recorded.error()};
  }
  return version_of(*number);
}

/// After a fault the dataplane may have the policy that failed. When it cannot be reached now, it
/// gets the right one as soon as it can be: what is in force stands in the store.
void PolicyTransactions::reapply_present() {
  const auto present = store_.policies().in_force();
  if (!present || !*present) return;
  if (const auto policy = checked(**present)) static_cast<void>(apply_(*policy));
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::confirm(std::uint64_t number,
                                                                      const Author& author,
                                                                      std::uint64_t now_ms) {
  const auto version = version_of(number);
  if (!version) return version;
  if (version->state != VersionState::awaiting_confirmation) {
    return fault(Kind::conflict, "policy " + version_text(number) + " does not await confirmation");
  }
  if (now_ms >= *version->confirm_by_ms) {
    return fault(Kind::conflict, "the time to confirm policy " + version_text(number) + " is over");
  }
  const auto recorded = record([&] {
    needed(store_.policies().confirm(number, author.person));
    audit(author, now_ms, "policy.confirm", number, "done", "");
  });
  if (!recorded) return tl::unexpected{recorded.error()};
  return version_of(number);
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::take_back(
    const PolicyVersion& version, const Author& author, std::string_view why,
    std::uint64_t now_ms) {
  if (!version.base) return fault(Kind::conflict, "there is no version before the first");
  auto base = version_of(*version.base);
  if (!base) return base;
  const auto policy = checked(*base);
  if (!policy) return tl::unexpected{policy.error()};
  if (const auto applied = apply_(*policy); !applied) {
    return fault(Kind::dataplane, "the dataplane did not take the policy: " + applied.error());
  }
  const auto recorded = record([&] {
    needed(store_.policies().roll_back(version.number, why));
    audit(author, now_ms, "policy.rollback", version.number, "done", why);
  });
  if (!recorded) return tl::unexpected{recorded.error()};
  return base;
}

PolicyTransactions::Result<PolicyVersion> PolicyTransactions::rollback(std::uint64_t number,
                                                                       const Author& author,
                                                                       const std::string& comment,
                                                                       std::uint64_t now_ms) {
  const auto version = version_of(number);
  if (!version) return version;
  if (version->state == VersionState::awaiting_confirmation) {
    return take_back(*version, author, comment, now_ms);
  }
  const std::string reason = "back to " + version_text(number);
  return commit(version->text, author, comment.empty() ? reason : reason + ": " + comment, 0,
                now_ms);
}

PolicyTransactions::Result<std::optional<PolicyVersion>> PolicyTransactions::tick(
    std::uint64_t now_ms) {
  const auto unfinished = store_.policies().unfinished();
  if (!unfinished) return fault(Kind::store, unfinished.error());
  if (!*unfinished || (*unfinished)->state != VersionState::awaiting_confirmation ||
      now_ms < *(*unfinished)->confirm_by_ms) {
    return std::optional<PolicyVersion>{};
  }
  auto base = take_back(**unfinished, by_itself, "not confirmed in time", now_ms);
  if (!base) return tl::unexpected{base.error()};
  return std::optional{std::move(*base)};
}

PolicyTransactions::Result<std::optional<PolicyVersion>> PolicyTransactions::recover(
    std::uint64_t now_ms) {
  const auto unfinished = store_.policies().unfinished();
  if (!unfinished) return fault(Kind::store, unfinished.error());
  if (*unfinished && (*unfinished)->state == VersionState::pending) {
    const std::uint64_t number = (*unfinished)->number;
    const std::string why = "sekimori-control ended before it came into force";
    const auto recorded = record([&] {
      needed(store_.policies().fail(number, why));
      audit(by_itself, now_ms, "policy.commit", number, "failed", why);
    });
    if (!recorded) return tl::unexpected{recorded.error()};
  }
  if (auto rolled_back = tick(now_ms); !rolled_back || *rolled_back) return rolled_back;
  auto present = store_.policies().in_force();
  if (!present) return fault(Kind::store, present.error());
  if (!*present) return std::optional<PolicyVersion>{};
  const auto policy = checked(**present);
  if (!policy) return tl::unexpected{policy.error()};
  if (const auto applied = apply_(*policy); !applied) {
    return fault(Kind::dataplane, "the dataplane did not take the policy: " + applied.error());
  }
  return std::move(*present);
}

}  // namespace sekimori
