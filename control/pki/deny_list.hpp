#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// Serial numbers of certificates that admit nobody any more: a file with one in each line, in
/// hexadecimal digits, whatever follows a space is a remark. It is read again when it has changed.
/// Any thread may ask.
class DenyList {
 public:
  explicit DenyList(std::filesystem::path path) : path_(std::move(path)) {}

  /// Whether a serial number stands in the file. If the file is missing or wrong, the error says
  /// so, and nobody should be admitted: a revoked certificate could be among those who ask.
  [[nodiscard]] tl::expected<bool, std::string> holds(const std::string& serial);

 private:
  struct Version {
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };

  [[nodiscard]] tl::expected<void, std::string> refresh();

  const std::filesystem::path path_;
  std::mutex mutex_;
  std::optional<Version> version_;  ///< of what `serials_` holds
  std::set<std::string> serials_;
};

/// The serial numbers in the text of such a file; the error names the line.
[[nodiscard]] tl::expected<std::set<std::string>, std::string> parse_deny_list(
    std::string_view text);

}  // namespace sekimori
