#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

/// The real `sekimori-control`, from the folder of the running program, in the lab's box beside the
/// dataplane of the same run, with a state folder, certificates and persons of its own.
class Control {
 public:
  static constexpr std::uint16_t api_port = 8443;

  /// Returns when the API answers.
  explicit Control(const Lab& lab);

  /// Runs `sekictl` in the box as the person "akiko" of duty approver. Throws LabError with its
  /// words unless it exits with 0.
  std::string sekictl(const std::vector<std::string>& arguments) const;
  /// The same with --json.
  [[nodiscard]] nlohmann::ordered_json ask(std::vector<std::string> arguments) const;
  /// Commits a policy, without asking for a confirmation, and returns when it is in force.
  void commit(const std::string& policy) const;

  /// Ends the process with a signal, or begins it anew on the same state.
  void end(int signal);
  void begin();
  [[nodiscard]] Process& process() { return *process_; }
  [[nodiscard]] std::filesystem::path state() const { return state_; }

 private:
  const Lab& lab_;
  std::filesystem::path state_;
  std::optional<Process> process_;
};

}  // namespace sekimori::lab
