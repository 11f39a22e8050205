#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "control/pki/authority.hpp"

namespace sekimori {

/// Where the control plane keeps what outlives it. The folder and all in it are its owner's alone.
class StateFolder {
 public:
  /// Refuses a folder that others can look into, with what to do about it.
  static tl::expected<StateFolder, std::string> open(const std::filesystem::path& path);
  /// Makes the folder, mode 0700, if it is not there, and opens it.
  static tl::expected<StateFolder, std::string> make(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The secret from which the cookie keys derive; nodes that share it accept each other's cookies.
  [[nodiscard]] std::filesystem::path master_secret() const { return path_ / "master.secret"; }
  /// With which webhooks are signed, unless the policy names another file.
  [[nodiscard]] std::filesystem::path webhook_secret() const { return path_ / "webhook.secret"; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "control.db"; }
  [[nodiscard]] AuthorityFiles certificates() const { return {path_ / "pki"}; }
  /// The policy in force as an image, with which a dataplane that is started before control begins.
  [[nodiscard]] std::filesystem::path policy_image() const { return path_ / "policy.image"; }

 private:
  explicit StateFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

/// Replaces a file of mode 0600 as a whole: a reader finds the old or the new content, also after a
/// crash.
tl::expected<void, std::string> replace_file(const std::filesystem::path& path,
                                             std::string_view content);

}  // namespace sekimori
