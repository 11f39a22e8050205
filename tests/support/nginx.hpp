#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/namespace.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

/// A real nginx in a namespace: `/` is a small page, `/large` has `large_bytes` bytes, and a PUT
/// below `/upload/` stores its body as a file.
class Nginx {
 public:
  static constexpr std::size_t large_bytes = 10'000'000;

  struct Options {
    std::string ipv4 = {};  ///< address to listen at
    /// More of them, each with a listening socket and a queue of its own.
    std::vector<std::string> more_ipv4 = {};
    std::string ipv6 = {};  ///< another one; empty for none
    int backlog = 511;      ///< of listen(2)
    int worker_count = 1;
  };

  /// Returns when connections are accepted.
  Nginx(const Namespace& where, const std::filesystem::path& directory, const Options& options);

  [[nodiscard]] std::string small_page() const;
  [[nodiscard]] std::string large_page() const;
  /// What was stored under `/upload/<name>`; empty when nothing was.
  [[nodiscard]] std::string uploaded(const std::string& name) const;
  [[nodiscard]] Process& process() { return process_; }

 private:
  std::filesystem::path root_;
  Process process_;
};

}  // namespace sekimori::lab
