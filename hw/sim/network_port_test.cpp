#include <gtest/gtest.h>

#include <bit>
#include <deque>
#include <memory>
#include <optional>

#include "Vnetwork_port_core.h"
#include "hw/sim/beats.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t mac_period_ps = 3103;  // 322.266 MHz, the clock of a 100G MAC
constexpr std::uint64_t min_frame_bytes = 60;

/// How long a frame takes on a wire of 100 Gbit/s, with FCS, preamble and gap.
constexpr std::uint64_t wire_ps(std::uint64_t frame_bytes) {
  return (frame_bytes + 24) * 80;
}

/// Offers frames beat by beat.
class Sender {
 public:
  struct Waiting {
    Bytes frame;
    bool error = false;
  };

  void queue(Bytes frame, bool error = false) { waiting_.push_back({std::move(frame), error}); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// The beat to offer, if any: one that was offered stays. Takes no pauses if `chance` is 8 of 8.
  std::optional<BeatReader> offer(Random& random, unsigned chance) {
    offering_ = !waiting_.empty() && (offering_ || random.chance(chance, 8));
    if (!offering_) return std::nullopt;
    return BeatReader{waiting_.front().frame, at_};
  }
  [[nodiscard]] bool error() const { return waiting_.front().error; }
  void taken() {
    offering_ = false;
    at_ += beat_bytes;
    if (at_ < waiting_.front().frame.size()) return;
    waiting_.pop_front();
    at_ = 0;
  }

 private:
  std::deque<Waiting> waiting_;
  std::size_t at_ = 0;
  bool offering_ = false;
};

/// A network port between a MAC, a host and the kernels. The two clocks have no relation.
class Port {
 public:
  struct Pace {
    std::uint64_t period_ps = 3333;  ///< of the kernels' clock
    unsigned take = 8;               ///< in how many of eight clocks the kernels take a beat
    unsigned send = 8;               ///< in how many the host and the kernels offer one
    unsigned mac_takes = 8;
  };

  explicit Port(const Pace& pace) : pace_(pace), dut_(std::make_unique<Vnetwork_port_core>()) {
    run(20);
    dut_->rst_ni = 1;
    dut_->mac_rst_ni = 1;
    run(20);
  }
  ~Port() { dut_->final(); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  /// Runs for a number of the MAC's clocks.
  void run(std::uint64_t mac_clocks) { run_ps(mac_clocks * mac_period_ps); }
  void run_ps(std::uint64_t duration) {
    end_ps_ += duration;
    for (now_ps_ = std::min(next_ps_, next_mac_ps_); now_ps_ < end_ps_;
         now_ps_ = std::min(next_ps_, next_mac_ps_)) {
      if (now_ps_ == next_mac_ps_) {
        mac_clock();
        next_mac_ps_ += mac_period_ps;
      } else {
        clock();
        next_ps_ += pace_.period_ps;
      }
    }
  }

  Sender wire;
  Sender host;
  Sender back;
  std::vector<Bytes> received;  ///< by the kernels
  std::vector<Bytes> sent;      ///< by the MAC
  std::uint64_t errors = 0;
  std::uint64_t drops = 0;
  std::uint64_t answer_drops = 0;
  std::uint64_t counted_received = 0;
  std::uint64_t counted_sent = 0;
  std::uint64_t pauses = 0;  ///< of the transmitter inside frames

 private:
  void mac_clock() {
    const auto beat = wire.offer(random_, 8);
    dut_->rx_tvalid_i = beat.has_value();
    if (beat) {
      beat->put(dut_->rx_tdata_i, random_.byte());
      dut_->rx_tkeep_i = beat->keep();
      dut_->rx_tlast_i = beat->last();
      dut_->rx_tuser_i = beat->last() && wire.error();
    }
    dut_->tx_tready_i = random_.chance(pace_.mac_takes, 8);
    dut_->eval();
    if (!dut_->tx_tvalid_o && !sending_.empty()) ++pauses;
    if (dut_->tx_tvalid_o && dut_->tx_tready_i) {
      collect(sending_, sent, dut_->tx_tdata_o, dut_->tx_tkeep_o, dut_->tx_tlast_o);
    }
    edge(dut_->mac_clk_i);
    if (beat) wire.taken();
  }

  void clock() {
    const auto from_host = host.offer(random_, pace_.send);
    dut_->host_tvalid_i = from_host.has_value();
    if (from_host) {
      from_host->put(dut_->host_tdata_i, random_.byte());
      dut_->host_tkeep_i = from_host->keep();
      dut_->host_tlast_i = from_host->last();
    }
    const auto answer = back.offer(random_, pace_.send);
    dut_->back_tvalid_i = answer.has_value();
    if (answer) {
      answer->put(dut_->back_tdata_i, random_.byte());
      dut_->back_tkeep_i = answer->keep();
      dut_->back_tlast_i = answer->last();
    }
    dut_->frames_tready_i = random_.chance(pace_.take, 8);
    dut_->eval();
    const bool host_taken = from_host && dut_->host_tready_o;
    const bool answer_taken = answer && dut_->back_tready_o;
    if (dut_->frames_tvalid_o && dut_->frames_tready_i) {
      collect(receiving_, received, dut_->frames_tdata_o, dut_->frames_tkeep_o,
              dut_->frames_tlast_o);
    }
    counted_received += dut_->received_o;
    counted_sent += dut_->sent_o;
    edge(dut_->clk_i);
    errors += dut_->receive_errors_o;
    drops += dut_->receive_drops_o;
    answer_drops += dut_->answer_drop_o;
    if (host_taken) host.taken();
    if (answer_taken) back.taken();
  }

  void edge(CData& clock) {
    clock = 1;
    dut_->eval();
    clock = 0;
    dut_->eval();
  }

  template <typename Data>
  static void collect(Bytes& partial, std::vector<Bytes>& out, const Data& data, std::uint64_t keep,
                      bool last) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&data);
    partial.insert(partial.end(), bytes, bytes + std::countr_one(keep));
    if (!last) return;
    out.push_back(std::move(partial));
    partial.clear();
  }

  Pace pace_;
  std::unique_ptr<Vnetwork_port_core> dut_;
  Random random_{21};
  std::uint64_t end_ps_ = 0;
  std::uint64_t now_ps_ = 0;
  std::uint64_t next_ps_ = 0;
  std::uint64_t next_mac_ps_ = 1;
  Bytes sending_;
  Bytes receiving_;
};

/// Bytes that no other frame of the test has; the first tells where it comes from.
Bytes numbered(Random& random, std::uint8_t from, std::uint32_t number, std::uint32_t length) {
  Bytes frame(length);
  for (std::uint8_t& byte : frame) byte = random.byte();
  frame[0] = from;
  for (unsigned i = 0; i < 4; ++i) frame[1 + i] = static_cast<std::uint8_t>(number >> 8 * i);
  return frame;
}

std::uint32_t random_length(Random& random) {
  return random.chance(1, 8) ? 14 + random.below(1500) : 14 + random.below(120);
}

/// As it goes over the wire: short frames are filled up with zeros.
Bytes filled(Bytes frame) {
  if (frame.size() < min_frame_bytes) frame.resize(min_frame_bytes);
  return frame;
}

/// Whether the frames that arrived are frames that were sent, in their order.
::testing::AssertionResult in_order(const std::vector<Bytes>& arrived,
                                    const std::vector<Bytes>& sent) {
  auto next = sent.begin();
  for (const Bytes& frame : arrived) {
    next = std::find(next, sent.end(), frame);
    if (next == sent.end()) {
      return ::testing::AssertionFailure() << "a frame of " << frame.size() << " bytes came that "
                                           << "was not sent, or not in this order";
    }
    ++next;
  }
  return ::testing::AssertionSuccess();
}

TEST(NetworkPort, HandsOnEveryFrameWithoutAnErrorAtTheWiresRate) {
  Port port{{}};
  Random random{1};
  std::vector<Bytes> good;
  std::uint64_t broken = 0;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const Bytes frame = numbered(random, 1, i, random_length(random));
    const bool error = random.chance(1, 8);
    if (!error) good.push_back(frame);
    broken += error ? 1 : 0;
    port.wire.queue(frame, error);
    port.run_ps(wire_ps(frame.size()));
  }
  port.run(1000);
  EXPECT_EQ(port.received, good);
  EXPECT_EQ(port.errors, broken);
  EXPECT_EQ(port.drops, 0U);
  EXPECT_EQ(port.counted_received, good.size());
}

TEST(NetworkPort, DropsWholeFramesWhenTheKernelsAreTooSlow) {
  Port port{{.period_ps = 9000, .take = 5}};
  Random random{2};
  std::vector<Bytes> all;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    all.push_back(numbered(random, 1, i, random_length(random)));
    port.wire.queue(all.back());
  }
  while (port.wire.waiting() > 0) port.run(1);
  port.run(3000);
  EXPECT_TRUE(in_order(port.received, all));
  EXPECT_GT(port.drops, 500U);
  EXPECT_EQ(port.received.size() + port.drops, all.size());
}

TEST(NetworkPort, SendsFramesOfBothKindsWithoutAPauseInside) {
  for (const Port::Pace& pace : {Port::Pace{.send = 3, .mac_takes = 8},
                                 Port::Pace{.period_ps = 5000, .send = 8, .mac_takes = 7},
                                 Port::Pace{.period_ps = 2500, .send = 6, .mac_takes = 2}}) {
    Port port{pace};
    Random random{3};
    std::vector<Bytes> host;
    std::vector<Bytes> answers;
    for (std::uint32_t i = 0; i < 1500; ++i) {
      const Bytes frame = numbered(random, 2, i, random_length(random));
      const Bytes answer = numbered(random, 3, i, 54 + random.below(40));
      host.push_back(filled(frame));
      answers.push_back(filled(answer));
      port.host.queue(frame);
      port.back.queue(answer);
    }
    for (int i = 0; i < 1000 && port.host.waiting() > 0; ++i) port.run(100);
    port.run(2000);
    std::vector<Bytes> sent_host;
    std::vector<Bytes> sent_answers;
    for (const Bytes& frame : port.sent) {
      (frame[0] == 2 ? sent_host : sent_answers).push_back(frame);
    }
    EXPECT_EQ(sent_host, host);
    EXPECT_TRUE(in_order(sent_answers, answers));
    EXPECT_EQ(sent_answers.size() + port.answer_drops, answers.size());
    EXPECT_GT(sent_answers.size(), 100U);
    EXPECT_EQ(port.counted_sent, port.sent.size());
    EXPECT_EQ(port.pauses, 0U);
  }
}

TEST(NetworkPort, DropsAnswersRatherThanHoldUpTheirKernel) {
  Port port{{.mac_takes = 1}};
  Random random{4};
  std::vector<Bytes> answers;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    answers.push_back(numbered(random, 3, i, 60 + random.below(30)));
    port.back.queue(answers.back());
  }
  port.run(5000);
  EXPECT_EQ(port.back.waiting(), 0U);
  port.run(50'000);
  EXPECT_TRUE(in_order(port.sent, answers));
  EXPECT_GT(port.answer_drops, 500U);
  EXPECT_EQ(port.sent.size() + port.answer_drops, answers.size());
}

TEST(NetworkPort, IsNotBlockedByAFrameThatIsTooLong) {
  Port port{{}};
  Random random{5};
  std::vector<Bytes> host{numbered(random, 2, 0, 20'000), numbered(random, 2, 1, 100)};
  for (const Bytes& frame : host) port.host.queue(frame);
  port.run(2000);
  EXPECT_EQ(port.sent, host);
}

}  // namespace
}  // namespace sekimori
