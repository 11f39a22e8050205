#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "control/pki/authority.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori::test {

/// sekimori-control as a process, with a state folder of its own, at a port of the loopback. A
/// dataplane may answer at `management()`, and no statistics are there. Throws when it does not get
/// ready.
class ControlProcess {
 public:
  ControlProcess();
  ControlProcess(const ControlProcess&) = delete;
  ControlProcess& operator=(const ControlProcess&) = delete;
  ~ControlProcess();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] AuthorityFiles authority() const { return {folder_.path() / "state" / "pki"}; }
  [[nodiscard]] std::string management() const { return folder_.path() / "management.sock"; }
  /// Sends SIGTERM and waits; the exit status.
  int stop();

 private:
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace sekimori::test
