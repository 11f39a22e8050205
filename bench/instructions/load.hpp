#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "bench/traffic/cases.hpp"

namespace sekimori::bench {

/// Packets of one kind and a pipeline that takes them from plain memory, on a clock that stands
/// still.
class Load {
 public:
  explicit Load(const Case& packets);

  /// Takes the next bursts, each of `max_burst` packets, and counts the instructions of the
  /// pipeline if asked to.
  void run(std::size_t bursts, bool counted);

  /// The share of each verdict among all packets so far.
  [[nodiscard]] std::array<double, verdict_count> shares() const;

 private:
  struct alignas(64) Buffer {
    std::array<std::uint8_t, written_room> bytes;
  };
  static_assert(written_room >= reply_capacity);

  /// The next packets, written anew, as the pipeline changes them.
  void fill();

  std::unique_ptr<const PolicyTables> policy_;
  PipelineBed bed_;
  Now now_;
  PacketStream stream_;
  std::size_t next_ = 0;
  std::array<std::uint64_t, verdict_count> before_{};  ///< verdicts of the preparation
  std::array<Buffer, max_burst> buffers_{};
  std::array<Frame, max_burst> frames_{};
  std::array<Decision, max_burst> decisions_{};
};

}  // namespace sekimori::bench
