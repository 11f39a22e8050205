#include <gtest/gtest.h>

#include <iostream>

#include "dataplane/packet/headers.hpp"
#include "hw/sim/kernel_fixture.hpp"
#include "hw/sim/length.hpp"

namespace sekimori {
namespace {

/// The clocks that the kernel takes, which are what line rate follows from. Its clock runs, and it
/// reports to the host what it answers, more often than a card does.
class Rates : public KernelTest {
 protected:
  static constexpr std::uint32_t clocks_per_ms = 1000;

  Rates() { control({.answer = true, .report = true}); }

  /// Sends `frames` SYNs of `size` bytes without a gap and returns the clocks a frame.
  double clocks_for_syns(std::uint64_t frames, std::size_t size) {
    begin_epoch(0, start_ms);
    kernel_.set_time(start_ms, clocks_per_ms);
    std::vector<Bytes> syns;
    for (int i = 0; i < 64; ++i) syns.push_back(syn_of(size));
    const std::uint64_t before = bench_.clocks();
    for (std::uint64_t sent = 0; sent < frames; sent += 4096) {
      for (std::size_t i = 0; i < 4096; ++i) bench_.queue(syns[i % syns.size()]);
      while (bench_.waiting() > 64) step();
    }
    while (bench_.waiting() > 0) step();
    const std::uint64_t entered = bench_.clocks() - before;
    for (int i = 0; i < 200; ++i) step();
    const std::uint64_t sent = (frames + 4095) / 4096 * 4096;
    EXPECT_EQ(left_, sent);
    EXPECT_GE(reported_, entered / clocks_per_ms);
    return static_cast<double>(entered) / static_cast<double>(sent);
  }

  /// Clocks from a frame's first beat in to its first beat out, in an idle kernel.
  std::uint64_t latency(const Bytes& frame) {
    bench_.queue(frame);
    while (bench_.sent_on.empty() && bench_.sent_back.empty()) bench_.clock();
    auto& out = bench_.sent_back.empty() ? bench_.sent_on : bench_.sent_back;
    const std::uint64_t clocks = out.front().clock - bench_.last_entry();
    for (int i = 0; i < 100; ++i) bench_.clock();
    bench_.sent_on.clear();
    bench_.sent_back.clear();
    return clocks;
  }

 private:
  void step() {
    bench_.clock();
    left_ += bench_.sent_back.size();
    reported_ += bench_.sent_on.size();
    bench_.sent_back.clear();
    bench_.sent_on.clear();
  }

  /// A SYN with as many options as make a frame of `size` bytes, padded to the shortest frame.
  Bytes syn_of(std::size_t size) {
    Packet packet{.source = random_source(random_, false),
                  .destination = Address::parse("192.0.2.1").value(),
                  .protocol = protocol::tcp};
    Bytes options{2, 4, 5, 180};
    options.resize(size - 54, 1);
    packet.segment = TestSegment{.source_port = 4000,
                                 .destination_port = 80,
                                 .sequence = random_.word(),
                                 .flags = tcp_flag::syn,
                                 .options = options}
                         .bytes(random_);
    return packet.frame(random_);
  }

  std::uint64_t left_ = 0;
  std::uint64_t reported_ = 0;
};

TEST_F(Rates, OneClockForAFrameOfOneBeat) {
  const double clocks = clocks_for_syns(run_length(40'000, 1'000'000), 62);
  RecordProperty("clocks_per_frame", std::to_string(clocks));
  EXPECT_LT(clocks, 1.001);
}

TEST_F(Rates, TwoClocksForASynOfLinux) {
  const double clocks = clocks_for_syns(run_length(40'000, 1'000'000), 74);
  RecordProperty("clocks_per_frame", std::to_string(clocks));
  EXPECT_LT(clocks, 2.001);
}

TEST_F(Rates, AtMostAHundredClocksOfLatency) {
  begin_epoch(0, start_ms);
  const auto web = Address::parse("192.0.2.1").value();
  const auto other = Address::parse("203.0.113.1").value();
  const std::uint64_t answered = latency(linux_syn(random_, web, 80));
  const std::uint64_t passed = latency(linux_syn(random_, other, 80));
  std::cout << "latency: " << answered << " clocks for a SYN that is answered, " << passed
            << " for one that passes\n";
  EXPECT_LE(answered, 100U);
  EXPECT_LE(passed, 100U);
}

}  // namespace
}  // namespace sekimori
