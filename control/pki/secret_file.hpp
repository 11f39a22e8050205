#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekimori {

/// Writes a new file of mode 0600 and waits until it is on the disk. A file that is there already
/// is an error and stays as it is.
[[nodiscard]] tl::expected<void, std::string> write_new_secret(const std::filesystem::path& path,
                                                               std::string_view content);

/// Reads a file of at most 64 KiB.
[[nodiscard]] tl::expected<std::string, std::string> read_small_file(
    const std::filesystem::path& path);

/// The same, and refuses a file that others than its owner may read or write.
[[nodiscard]] tl::expected<std::string, std::string> read_secret(const std::filesystem::path& path);

}  // namespace sekimori
