#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hw/host/card_keeper.hpp"

namespace sekimori {

/// Has a card answer by the policy that a dataplane has in force, which is named in its statistics
/// and read from its policy file. While the file holds another policy, as after control has sent
/// one, and while no dataplane lives, the card answers nothing and leaves all to software.
class PolicyFollower {
 public:
  using Log = std::function<void(const std::string&)>;

  /// `card` outlives the follower.
  PolicyFollower(std::string instance, std::string path, CardKeeper& card, Log log)
      : instance_(std::move(instance)), path_(std::move(path)), card_(card), log_(std::move(log)) {}

  /// Looks whether another policy is in force; to be called about once a second.
  void look();

 private:
  [[nodiscard]] std::optional<std::uint64_t> policy_in_force() const;
  [[nodiscard]] bool load(std::uint64_t policy_id);

  std::string instance_;
  std::string path_;
  CardKeeper& card_;
  Log log_;
  std::optional<std::uint64_t> followed_;  ///< in force at the last look
};

}  // namespace sekimori
