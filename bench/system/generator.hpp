#pragma once

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/system/frame_log.hpp"
#include "bench/system/frames.hpp"
#include "bench/system/trial.hpp"
#include "dataplane/dpdk/eal.hpp"

namespace sekimori::bench {

/// The two ports by which the generator reaches one device: to its outside port, to its inside
/// port. Each is a DPDK device with its arguments.
struct CablePair {
  std::array<std::string, 2> ports;
};

/// A packet generator on DPDK: sends numbered frames to a device's outside port at a given rate,
/// takes back what comes out of it, and accounts for each frame. One thread does both.
class Generator {
 public:
  /// Starts DPDK's environment with both ports of each pair; there is one per process. Frames are
  /// in hugepages if allowed and enough are free.
  Generator(const std::vector<CablePair>& pairs, bool huge_pages_allowed);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator();

  [[nodiscard]] bool uses_huge_pages() const { return eal_->uses_huge_pages(); }

  /// Opens the ports of a pair and waits for the device at their other ends. Throws
  /// std::runtime_error when it does not come in time.
  void connect(std::size_t pair, std::chrono::milliseconds at_most);

  /// Closes the ports of a pair, so that another program may have their other ends.
  void disconnect(std::size_t pair);

  /// What the trials from now on send. `frames` outlives its use.
  void load_frames(const TestFrames& frames);
  [[nodiscard]] const TestFrames& frames() const { return *frames_; }

  /// One trial: the loads one after the other, then silence until all frames are back or no more
  /// come. `timed` asks for latencies and for the time of the last loss.
  Trial run(std::size_t pair, std::span<const Load> loads, bool timed);

 private:
  struct PoolFree {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
  };
  using Pool = std::unique_ptr<rte_mempool, PoolFree>;

  void open_port(std::uint16_t port);
  void offer(const Load& load);
  void send(unsigned count);
  /// Takes back what has come; returns whether anything had.
  bool collect();
  unsigned collect_burst(std::uint16_t port);
  void wait_for_stragglers();

  std::unique_ptr<Eal> eal_;
  Pool frames_to_send_;
  Pool frames_received_;
  std::vector<std::array<std::uint16_t, 2>> ports_;
  const TestFrames* frames_ = nullptr;
  FrameLog log_;
  std::array<std::uint16_t, 2> current_{};  ///< the ports to the device of this trial
  std::uint32_t next_number_ = 0;
};

}  // namespace sekimori::bench
