#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekimori::lab {

class Namespace;

/// A child process in a process group of its own, its output in a file.
class Process {
 public:
  /// Starts `command` (looked up in PATH) inside `where`; standard output and error go to `output`.
  Process(const Namespace& where, const std::vector<std::string>& command,
          std::filesystem::path output);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  /// Ends the process with SIGTERM, and with SIGKILL if that does not help within 3 s.
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string output() const;
  /// Waits until a line of the output contains `text`; false if the time is over or the process
  /// ended without.
  [[nodiscard]] bool wait_for_output(std::string_view text, std::chrono::milliseconds at_most);

  /// The exit status, 128 + signal number for a process that a signal ended; nothing while it runs.
  std::optional<int> exit_status();
  std::optional<int> wait(std::chrono::milliseconds at_most);
  void signal(int number) const;
  /// Sends `number` and waits; sends SIGKILL when the time is over. Returns the exit status.
  int stop(int number, std::chrono::milliseconds at_most);

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_;
  std::optional<int> status_;
};

/// Runs a short command to its end; throws LabError with its output unless it exits with 0.
void run_command(const std::vector<std::string>& command);

/// Whether `program` is in PATH, or in the folders for root's programs.
bool program_exists(const std::string& program);

}  // namespace sekimori::lab
