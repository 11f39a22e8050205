#pragma once

#include <sched.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/system/generator.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/process.hpp"
#include "tests/support/run.hpp"
#include "tests/support/veth.hpp"

namespace sekimori::bench {

/// Where the generator and the devices under test live.
struct Site {
  lab::Run run;
  lab::Namespace generator{run, "generator"};
  lab::Namespace box{run, "box"};
  std::vector<std::unique_ptr<lab::VethPair>> cables = {};

  [[nodiscard]] std::string file(const std::string& name) const {
    return (run.directory() / name).string();
  }
};

/// The ends of the cables between the generator and one device, as each of them names its own.
struct Wiring {
  CablePair device;
  CablePair generator;
};

/// Kinds of ports that the generator and the devices can be joined with.
enum class PortKind : std::uint8_t { memif, veth };

/// Shared memory between the two processes. `number` tells the wirings of a run apart; a ring holds
/// 2^`log2_ring` frames.
[[nodiscard]] Wiring memif_wiring(const Site& site, unsigned number, unsigned log2_ring);
/// Linux interfaces, of which each process has packet sockets. They exist from now on.
[[nodiscard]] Wiring veth_wiring(Site& site, unsigned number, unsigned log2_ring);

/// Whether the polling threads of a program go ahead of all ordinary threads (SCHED_FIFO), where
/// the machine allows it.
enum class Priority : std::uint8_t { ordinary, ahead };

/// A program under test. It is halted except between `resume` and `pause`.
class Device {
 public:
  /// The real sekimori-dataplane with one worker, from the folder of the running program. It lets
  /// through what goes to `forwarded_prefix` and answers SYNs to `answered_prefix`.
  static std::unique_ptr<Device> dataplane(const Site& site, const Wiring& wiring, bool huge_pages);
  /// dpdk-testpmd, which forwards between its ports with one core without looking at the frames.
  static std::unique_ptr<Device> testpmd(const Site& site, const Wiring& wiring, bool huge_pages);

  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  /// What the program has printed.
  [[nodiscard]] std::string output() const { return process_.output(); }

  /// Lets the program run. `Priority::ahead` is for short trials, in which all else that the
  /// machine does would look like loss.
  void resume(Priority priority);
  /// Halts the program, so that its polling takes nobody's time.
  void pause();

 private:
  Device(lab::Process process, std::filesystem::path leftover)
      : process_(std::move(process)), leftover_(std::move(leftover)) {}

  lab::Process process_;
  std::filesystem::path leftover_;  ///< an empty directory that the program leaves behind
};

/// While it lives, the calling thread keeps to one CPU, which the devices' workers leave to it, and
/// goes ahead of all ordinary threads where the machine allows it.
class AheadOfOthers {
 public:
  AheadOfOthers();
  AheadOfOthers(const AheadOfOthers&) = delete;
  AheadOfOthers& operator=(const AheadOfOthers&) = delete;
  ~AheadOfOthers();

 private:
  cpu_set_t cpus_{};  ///< those that the thread had before
};

}  // namespace sekimori::bench
