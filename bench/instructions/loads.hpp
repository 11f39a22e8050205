#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dataplane/packet/segment.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::bench {

/// A pipeline over plain memory with the packets that it gets again and again, on a clock that
/// stands still.
class Load {
 public:
  explicit Load(const test::TestPolicy& policy);

  void add(const Segment& segment);
  /// Establishes connection `number` through the pipeline and adds an acknowledgement of the
  /// client.
  void add_established(std::uint32_t number);

  /// Takes the next packets, in bursts of `max_burst`, and counts the instructions of the pipeline
  /// if asked to. All packets come once before any comes again.
  void run(std::size_t bursts, bool counted);

  [[nodiscard]] const WorkerStats& stats() const { return ground_.stats; }
  [[nodiscard]] std::size_t size() const { return packets_.size(); }

 private:
  struct alignas(64) Buffer {
    std::array<std::uint8_t, 128> bytes{};
    std::uint32_t length = 0;
  };
  static_assert(reply_capacity <= sizeof(Buffer::bytes));

  static Buffer write(const Segment& segment);
  Frame pass(Side from, const Segment& segment);

  test::TestGround ground_;
  Pipeline pipeline_;
  std::vector<Buffer> packets_;
  std::array<Buffer, max_burst> working_{};
  std::array<Decision, max_burst> decisions_{};
  std::size_t next_ = 0;
};

struct LoadRow {
  std::string name;
  std::vector<Verdict> expected;  ///< what becomes of the packets
  std::function<std::unique_ptr<Load>()> make;
};

[[nodiscard]] std::vector<LoadRow> all_loads();

}  // namespace sekimori::bench
