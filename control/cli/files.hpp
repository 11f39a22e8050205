#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// Reads a file or pipe, but no more than `max_bytes`. The error names the path and the reason.
[[nodiscard]] tl::expected<std::string, std::string> read_file(const std::string& path,
                                                               std::size_t max_bytes);

/// Writes a file so that readers see either the old content or all of the new one; "-" is standard
/// output. Empty, or why it failed.
[[nodiscard]] std::string write_file(const std::string& path, std::span<const std::byte> content);

}  // namespace sekimori
