#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/unique_fd.hpp"

namespace sekimori::lab {

/// Whether this machine lets us make network namespaces; otherwise what is missing, one item each.
std::vector<std::string> missing_for_lab();

/// One use of the laboratory: the name under which it makes namespaces and processes, and a
/// directory for its files. Everything of that name is removed at the end, whatever the end is: by
/// the destructor; by the handler of SIGINT, SIGTERM and SIGHUP, which this class installs; and
/// after SIGKILL or a crash by a janitor, a process that waits for this one to end. What a run left
/// behind that lost its janitor too is removed by the next run.
class Run {
 public:
  /// A process has at most one run at a time, for signals are handled per process.
  Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run();

  /// `sekimori-<pid>-<number>`: begins the name of every namespace.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  std::string name_;
  std::filesystem::path directory_;
  UniqueFd leash_;
  pid_t janitor_ = -1;
};

/// Ends the processes that live in the namespaces of `run_name`, and removes those namespaces, the
/// run's directory and its dataplane's statistics.
void remove_run(const std::string& run_name);

/// Removes the runs of processes that no longer exist.
void remove_leftover_runs();

}  // namespace sekimori::lab
