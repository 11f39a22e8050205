#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataplane/pipeline/pipeline.hpp"
#include "tests/property/traffic.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {

/// What became of a frame. One that leaves has bytes; of any other nobody sees them.
struct Fate {
  Decision decision;
  Side to = Side::outside;
  Bytes bytes{};

  friend bool operator==(const Fate& a, const Fate& b) {
    const bool dropped = a.decision.verdict == Verdict::drop;
    return a.decision.verdict == b.decision.verdict &&
           (!dropped || a.decision.reason == b.decision.reason) && a.to == b.to &&
           a.bytes == b.bytes;
  }
  [[nodiscard]] std::string text() const;
};

struct Sent {
  Side to = Side::outside;
  Bytes bytes;

  friend bool operator==(const Sent&, const Sent&) = default;
};

/// A pipeline and all that can be seen of it.
class Box {
 public:
  explicit Box(const TestPolicy& policy)
      : ground_{policy}, pipeline_{policy.global,    1,
                                   ground_.secret,   ground_.keys,
                                   ground_.stats,    ground_.meters,
                                   *ground_.evidence} {}

  std::vector<Fate> take(std::span<const Traffic::Event> burst);

  void wait(std::uint64_t ms) {
    now_ms_ += ms;
    ground_.set_ms(now_ms_);
    pipeline_.tick(ground_.policy, ground_.now);
    collect_outbox();
  }

  [[nodiscard]] std::string totals() const;

  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  [[nodiscard]] TestGround& ground() { return ground_; }

  /// Calls `heard` with everything that has left since it was asked last.
  template <typename Heard>
  void deliver(Heard&& heard) {
    for (const Sent& sent : left_) heard(sent.to, sent.bytes);
    left_.clear();
  }

 private:
  Fate fate_of(Side from, const Frame& frame, const Decision& decision);

  void collect_outbox();

  TestGround ground_;
  Pipeline pipeline_;
  std::uint64_t now_ms_ = 0;
  std::vector<Sent> sent_;
  std::vector<Sent> left_;
};

}  // namespace sekimori::test
