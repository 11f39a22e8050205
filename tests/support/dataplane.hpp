#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/stats_segment.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/virtual_card.hpp"

namespace sekimori::lab {

enum class PortDriver : std::uint8_t { af_packet, af_xdp };

struct DataplaneOptions {
  PortDriver driver = PortDriver::af_packet;
  unsigned workers = 1;
  bool real_time = false;            ///< ahead of all ordinary threads, where the machine allows it
  bool huge_pages = false;           ///< if enough are free
  std::string port_arguments = {};   ///< appended to both ports, each with a comma before it
  bool managed = false;              ///< answers control at `management_socket`
  std::string management_user = {};  ///< who may do so besides root
  std::vector<std::string> runner = {};  ///< a program that starts it, with its arguments
  const VirtualCard* card = nullptr;     ///< in front of the outside port
};

/// The real `sekimori-dataplane`, from the folder of the running program, between the box's ports.
class Dataplane {
 public:
  /// Returns when packets flow, and the card does its part. `policy` is TOML.
  Dataplane(const Lab& lab, const std::string& policy, const DataplaneOptions& options = {});

  /// Replaces the policy. Returns whether the new one is in force; false when it was refused and
  /// the old one stays.
  [[nodiscard]] bool reload(const std::string& policy);
  /// Waits until the card in front answers by the policy in force.
  [[nodiscard]] bool wait_for_card() const;
  [[nodiscard]] StatsSnapshot snapshot() const { return reader_.snapshot(); }
  [[nodiscard]] WorkerStats totals() const { return snapshot().total(); }
  [[nodiscard]] std::uint64_t counter(Counter which) const;
  [[nodiscard]] std::uint64_t drops(DropReason which) const;
  /// Waits for a counter to reach a value.
  [[nodiscard]] bool wait_for(Counter which, std::uint64_t value,
                              std::chrono::milliseconds at_most) const;
  /// What happened so far, one line for each counter and drop reason that is not 0.
  [[nodiscard]] std::string report() const;
  /// SIGTERM; returns the exit status.
  int stop();
  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const Process& process() const { return process_; }

 private:
  std::filesystem::path policy_path_;
  Process process_;
  StatsReader reader_;
};

/// Where the lab's dataplane finds its policy.
std::filesystem::path policy_file(const Lab& lab);

/// Where the lab's dataplane answers control.
std::filesystem::path management_socket(const Lab& lab);

/// A policy that protects both addresses of the lab's server with one SYN mode; `more` is appended
/// to the object.
std::string policy_for_server(std::string_view syn_mode, std::string_view more = "");

/// The folder of the running program, where the project's other programs are too.
std::filesystem::path program_folder();

}  // namespace sekimori::lab
