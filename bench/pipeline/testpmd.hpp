#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sekimori::bench {

/// What a testpmd does.
struct TestpmdPlan {
  std::string mode;                        ///< --forward-mode, as "io"
  std::vector<std::string> eal_arguments;  ///< that make ports
  std::vector<std::string> arguments;      ///< of testpmd itself
  /// A driver that is loaded with the program. EAL's own `-d` refuses what lies below a folder that
  /// all may write to, as a build in /tmp does.
  std::string driver;
  bool huge_pages = true;
};

/// A dpdk-testpmd with one forwarding core and our burst size. It forwards only while it is
/// measured, so that it takes nobody's CPU otherwise. Throws std::runtime_error with what testpmd
/// says when something is wrong.
class Testpmd {
 public:
  /// Starts it and waits until it takes commands.
  explicit Testpmd(const TestpmdPlan& plan);
  Testpmd(const Testpmd&) = delete;
  Testpmd& operator=(const Testpmd&) = delete;
  ~Testpmd();

  /// CPU time for one packet, in nanoseconds, over about so much CPU time.
  double measure(std::chrono::nanoseconds duration);

 private:
  /// None yet; whole, so that it is ended when starting it fails half-way.
  Testpmd();

  struct Sample {
    std::uint64_t packets = 0;
    std::uint64_t cpu_ns = 0;
  };

  void start(std::vector<std::string> command);
  /// Sends a line, unless it is empty, and returns all that comes before the next prompt.
  std::string ask(const std::string& line);
  Sample sample();
  /// Waits until it has used so much more CPU time.
  void let_run(std::chrono::nanoseconds cpu_time);
  [[noreturn]] void fail(const std::string& what);

  std::string file_prefix_;
  pid_t process_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string output_;  ///< since the last prompt
};

}  // namespace sekimori::bench
