#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/stats_segment.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/process.hpp"
#include "tests/support/run.hpp"

namespace sekimori::lab {

/// What a `sekimori-dataplane` of a test is started with.
struct PortBoxSettings {
  std::string label = "box";  ///< tells several boxes of one run apart
  std::string outside;
  std::string inside;
  std::string policy = "[box]\n";  ///< TOML; this one passes everything
  std::string policy_path = "";    ///< instead of a file with `policy`
  std::string log = "";            ///< name of the log; that of the box if empty
  std::vector<std::string> more_flags = {};
};

/// The real program between any two ports, in a namespace.
class PortBox {
 public:
  /// Starts the program; call `is_ready` before anything else.
  PortBox(const Run& run, const Namespace& where, const PortBoxSettings& settings);

  /// Waits for the line `ready`; false when the program ended instead.
  [[nodiscard]] bool is_ready();
  [[nodiscard]] std::string output() const { return process_.output(); }
  [[nodiscard]] Process& process() { return process_; }

  /// The statistics; a reader sees the last figures even after the end of the program.
  [[nodiscard]] StatsReader open_statistics() const;
  [[nodiscard]] StatsSnapshot statistics() const { return open_statistics().snapshot(); }
  [[nodiscard]] std::uint64_t counter(Counter which) const;
  [[nodiscard]] bool wait_for(Counter which, std::uint64_t value) const;
  /// Whether statistics are published under the box's name.
  [[nodiscard]] bool has_statistics() const;

  /// Replaces the policy file and sends SIGHUP.
  void reload(const std::string& policy);
  /// SIGTERM; returns the exit status.
  int stop();

 private:
  std::string instance_;
  std::filesystem::path policy_path_;
  Process process_;
};

inline constexpr std::chrono::seconds patience{20};

}  // namespace sekimori::lab
