#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "control/store/database.hpp"

namespace sekimori {

enum class VersionState : std::uint8_t {
  pending,                ///< stored, but the dataplane may not have it
  awaiting_confirmation,  ///< in force until its deadline
  committed,              ///< in force, or was until another replaced it
  rolled_back,            ///< was in force and not confirmed
  failed,                 ///< never came into force
};
inline constexpr std::array<std::string_view, 5> version_state_names{
    "pending", "awaiting-confirmation", "committed", "rolled-back", "failed"};

struct PolicyVersion {
  std::uint64_t number = 0;  ///< from 1 on; none is ever used again
  std::string text;          ///< in TOML; empty in lists
  std::string image_id;      ///< of the compiled policy
  std::string author;
  std::string comment;
  std::uint64_t committed_ms = 0;  ///< Unix
  VersionState state{};
  std::optional<std::uint64_t> confirm_by_ms;  ///< Unix; none: needs no confirmation
  std::string confirmed_by;                    ///< empty: nobody, yet or needed
  std::optional<std::uint64_t> base;           ///< the version in force before; none: the first
  std::string outcome;                         ///< why it failed or was rolled back
};

/// A version that is about to be stored.
struct NewVersion {
  std::string text;
  std::string image_id;
  std::string author;
  std::string comment;
  std::uint64_t committed_ms = 0;
  std::optional<std::uint64_t> confirm_by_ms;
};

/// All versions of the policy, which of them is in force, and which is on its way. At most one is
/// pending or awaits its confirmation. Of the others the oldest are removed beyond the bounds.
/// Every change is on the disk when its call returns.
class PolicyHistory {
 public:
  struct Bounds {
    std::uint64_t versions = 1'000;
    std::uint64_t text_bytes = 256U << 20;  ///< of all versions together
  };

  explicit PolicyHistory(Database& database) : PolicyHistory(database, Bounds{}) {}
  PolicyHistory(Database& database, Bounds bounds) : database_(database), bounds_(bounds) {}

  /// Stores a version as pending; what is in force does not change. Returns its number. An error if
  /// another is pending or awaits its confirmation.
  tl::expected<std::uint64_t, std::string> begin(const NewVersion& version);
  /// The pending version is in force now: committed, or awaiting its confirmation if it has a
  /// deadline.
  tl::expected<void, std::string> put_in_force(std::uint64_t number);
  /// The pending version has failed; what was in force still is.
  tl::expected<void, std::string> fail(std::uint64_t number, std::string_view why);
  /// The version that awaits its confirmation has it.
  tl::expected<void, std::string> confirm(std::uint64_t number, std::string_view who);
  /// The version that awaits its confirmation is out of force, and its base is in force.
  tl::expected<void, std::string> roll_back(std::uint64_t number, std::string_view why);

  /// With its text; empty before the first.
  tl::expected<std::optional<PolicyVersion>, std::string> in_force();
  /// The pending one or the one that awaits its confirmation, with its text.
  tl::expected<std::optional<PolicyVersion>, std::string> unfinished();
  /// With its text; empty if there is none or none any more.
  tl::expected<std::optional<PolicyVersion>, std::string> get(std::uint64_t number);
  /// The newest first, without texts, and only numbers below `before`.
  tl::expected<std::vector<PolicyVersion>, std::string> list(std::optional<std::uint64_t> before,
                                                             std::size_t at_most);

 private:
  std::optional<PolicyVersion> find(std::string_view where, std::uint64_t parameter);
  void change_state(std::uint64_t number, VersionState from, VersionState to,
                    std::string_view outcome);
  void set_in_force(std::uint64_t number);
  void prune();

  Database& database_;
  Bounds bounds_;
};

}  // namespace sekimori
