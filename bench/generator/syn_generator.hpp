#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "tests/support/veth.hpp"

namespace sekimori::bench {

/// The least that a receiver can do: an XDP program on an interface that drops every frame, removed
/// by its owner. What the generator costs alone is measured against it.
class DropAll;

/// The least that an answer can cost: a program in tc that sends every frame back as it is, but for
/// the addresses and flags of a SYN-ACK. Removed by its owner.
class SendBack;

struct Flood {
  std::chrono::nanoseconds duration{};
  const std::atomic<bool>* over = nullptr;  ///< ends it earlier, once it is true
  std::uint32_t rate_pps = 0;               ///< 0: as many as go
  /// SYNs that may be unanswered at a time; 0: no limit. With a limit the receiver always has work
  /// and loses nothing: SYNs without an answer for 20 ms are given up.
  std::uint32_t window = 0;
  /// The sending thread's; ahead of ordinary threads if the machine allows it.
  std::optional<unsigned> cpu = {};
  bool real_time = false;
};

struct FloodResult {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;  ///< SYN-ACKs that came back, up to 50 ms after the end
  std::chrono::nanoseconds elapsed{};
  /// CPU time of the sending thread, which includes what the kernel does in its name: on veth that
  /// is the receiver's softirq as well.
  std::chrono::nanoseconds cpu_time{};

  [[nodiscard]] double sent_pps() const;
  [[nodiscard]] double answered_pps() const;
};

/// Sends SYNs with random spoofed sources (tests/support/flood_syn.hpp) out of one end of a veth
/// pair, and counts and drops the answers that arrive there. The kernel makes the frames in XDP's
/// test runs and gives them to the other end in batches of 64, as a card's driver would, so nearly
/// all CPU time goes to the receiver, and all receivers get their packets in the same way.
///
/// The other end must receive by NAPI: it has an XDP program, or GRO (`Offloads::napi`).
class SynGenerator {
 public:
  /// `to` names the Ethernet destination. Throws LabError when the kernel refuses.
  SynGenerator(const lab::Port& from, const lab::Port& to);
  SynGenerator(const SynGenerator&) = delete;
  SynGenerator& operator=(const SynGenerator&) = delete;
  ~SynGenerator();

  /// Returns when the flood is over.
  FloodResult run(const Flood& flood);

  /// SYN-ACKs that came back since the start.
  [[nodiscard]] std::uint64_t answered() const;

 private:
  friend class DropAll;
  friend class SendBack;
  class Programs;

  lab::Port from_;
  std::unique_ptr<Programs> programs_;
};

class DropAll {
 public:
  DropAll(const SynGenerator& generator, const lab::Port& at);
  DropAll(const DropAll&) = delete;
  DropAll& operator=(const DropAll&) = delete;
  ~DropAll();

 private:
  lab::Port at_;
  int interface_ = 0;
};

class SendBack {
 public:
  SendBack(const SynGenerator& generator, const lab::Port& at);
  SendBack(const SendBack&) = delete;
  SendBack& operator=(const SendBack&) = delete;
  ~SendBack();

 private:
  class Hook;

  lab::Port at_;
  std::unique_ptr<Hook> hook_;
};

}  // namespace sekimori::bench
