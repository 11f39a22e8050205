#include <gtest/gtest.h>

#include "dataplane/packet/headers.hpp"
#include "hw/sim/kernel_fixture.hpp"
#include "hw/sim/length.hpp"

namespace sekimori {
namespace {

/// Reports of answered SYNs, beside those of the model.
class Reports : public KernelTest {
 protected:
  static constexpr std::uint64_t most_syns = 65'535;  // of one report

  Reports() { control({.answer = true, .report = true}); }

  /// A SYN of one beat with the options that a port scanner sends.
  Bytes short_syn(const Address& destination) { return syn({.destination = destination}, 0); }
  Bytes syn(Packet packet, std::uint32_t payload) {
    const bool ipv4 = packet.destination.is_ipv4();
    packet.source = Address::parse(ipv4 ? "203.0.113.7" : "2001:db8:ffff::7").value();
    packet.protocol = protocol::tcp;
    packet.segment =
        TestSegment{.source_port = static_cast<std::uint16_t>(1 + random_.below(65535)),
                    .destination_port = 80,
                    .sequence = random_.word(),
                    .flags = tcp_flag::syn,
                    .options = {2, 4, 5, 180},
                    .payload = payload}
            .bytes(random_);
    return packet.frame(random_);
  }
  void queue_syns(std::uint64_t count, const Address& destination) {
    for (std::uint64_t i = 0; i < count; ++i) queue(short_syn(destination));
  }

  [[nodiscard]] std::uint64_t reports() { return seen_["reported_frames"]; }

  /// Addresses in as many ranges, of all of which SYNs are answered.
  const std::vector<Address> ranges_ = [] {
    std::vector<Address> addresses;
    for (const char* text : {"192.0.2.1", "192.0.2.130", "192.0.2.200", "192.0.2.201",
                             "2001:db8:1::1", "2001:db8:1::8000:0", "2001:db8:1::8000:1"}) {
      addresses.push_back(Address::parse(text).value());
    }
    return addresses;
  }();
};

TEST_F(Reports, SayHowManySynsHaveBeenAnswered) {
  begin_epoch(0, start_ms);
  queue_syns(20, ranges_[0]);
  drain();
  EXPECT_EQ(reports(), 1U) << "the first one";
  EXPECT_EQ(tally_.unreported(), 19U);
  advance(1);
  queue_syns(5, ranges_[0]);
  drain();
  EXPECT_EQ(reports(), 2U);
  EXPECT_EQ(tally_.unreported(), 4U) << "of the last millisecond";
  advance(255);
  queue_syns(5, ranges_[0]);
  drain();
  EXPECT_EQ(reports(), 3U);
  check_counters();
}

/// SYNs meet others of the same range at every distance in the pipeline.
TEST_F(Reports, CountSynsOfSeveralRangesInTurn) {
  begin_epoch(0, start_ms);
  const std::uint64_t rounds = run_length(300, 20'000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto ranges = static_cast<std::uint32_t>(1 + round % 7);
    const bool in_turn = random_.chance(1, 2);
    for (std::uint32_t i = 0; i < 40; ++i) {
      queue(short_syn(ranges_[in_turn ? i % ranges : random_.below(ranges)]));
    }
    drain();
    ASSERT_FALSE(HasFailure());
    advance(random_.below(3));
  }
  EXPECT_EQ(compared_, 40 * rounds);
  check_counters();
}

TEST_F(Reports, AreBoundedInEveryMillisecond) {
  static_assert(AnswerTally::reports_per_ms == 4);
  begin_epoch(0, start_ms);
  for (std::uint64_t ms = 1; ms < 10; ++ms) {
    for (int i = 0; i < 3; ++i) {
      for (const Address& range : ranges_) queue(short_syn(range));
    }
    drain();
    EXPECT_EQ(reports(), 4 * ms);
    advance(1);
  }
  queue_syns(1, ranges_.back());
  drain();
  EXPECT_EQ(tally_.unreported(), 9U * 3 * 2 + 4 * 2) << "those of the last range are reported";
  check_counters();
}

/// A count that can go no further is reported in any millisecond.
TEST_F(Reports, ComeWhenTheCountIsFull) {
  begin_epoch(0, start_ms);
  for (std::size_t i = 0; i < 5; ++i) queue(short_syn(ranges_[i]));
  drain();
  EXPECT_EQ(reports(), 4U);
  for (const std::size_t range : {0U, 4U}) {
    const std::uint64_t first = range == 0 ? 0 : 1;  // which the bound has kept back
    const std::uint64_t before = reports();
    for (std::uint64_t sent = first; sent < most_syns - 1;) {
      const std::uint64_t chunk = std::min<std::uint64_t>(2000, most_syns - 1 - sent);
      queue_syns(chunk, ranges_[range]);
      sent += chunk;
      ASSERT_NO_FATAL_FAILURE(drain());
    }
    EXPECT_EQ(reports(), before);
    queue_syns(3, ranges_[range]);
    drain();
    EXPECT_EQ(reports(), before + 1);
  }
  check_counters();
}

/// The host gets the SYN as it came, while its answer has lost its payload and is another length.
TEST_F(Reports, AreTheSynAsItCame) {
  begin_epoch(0, start_ms);
  std::uint64_t sent = 0;
  for (const Pace& pace : {Pace{}, Pace{.send = 8, .take = 1, .take_back = 8},
                           Pace{.send = 8, .take = 8, .take_back = 1}}) {
    bench_.set_pace(pace);
    for (unsigned tags = 0; tags < 3; ++tags) {
      for (const Address& range : ranges_) {
        for (const std::uint32_t payload : {0U, 1U, 6U, 7U, 64U, 500U, 8000U}) {
          queue(syn({.vlan_tags = tags, .destination = range}, payload));
          queue(syn({.vlan_tags = tags, .destination = range, .padding = 20}, payload));
          drain();
          advance(1);
          ++sent;
        }
      }
    }
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_EQ(reports(), sent);
  check_counters();
}

/// Nothing is lost or mixed up while one way or the other is slow, or both.
TEST_F(Reports, WaitForRoomOnBothWays) {
  begin_epoch(0, start_ms);
  for (const Pace& pace :
       {Pace{.send = 8, .take = 1, .take_back = 8}, Pace{.send = 8, .take = 8, .take_back = 1},
        Pace{.send = 8, .take = 1, .take_back = 1}}) {
    bench_.set_pace(pace);
    for (int i = 0; i < 20; ++i) {
      for (const Address& range : ranges_) queue(syn({.destination = range}, random_.below(1400)));
      queue_random(20);
      drain();
      advance(1);
    }
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GE(reports(), 3U * 20 * 4);
  check_counters();
}

TEST_F(Reports, AreOnlyMadeIfAsked) {
  control({.answer = true});
  begin_epoch(0, start_ms);
  queue_syns(10, ranges_[0]);
  drain();
  // What goes to the host anyway is not reported.
  control({.answer = true, .answers_to_host = true});
  queue_syns(10, ranges_[0]);
  drain();
  kernel_.control({.answer = true, .answers_to_host = true, .report = true});
  queue_syns(10, ranges_[0]);
  drain();
  EXPECT_EQ(reports(), 0U);
  // Nor counted.
  control({.answer = true, .report = true});
  queue_syns(1, ranges_[0]);
  drain();
  EXPECT_EQ(reports(), 1U);
  check_counters();
}

/// Whatever comes, at every pace, while time passes and policies change.
TEST_F(Reports, AreThoseOfTheModelForRandomTraffic) {
  begin_epoch(0, start_ms);
  const std::uint64_t rounds = run_length(400, 10'000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    constexpr std::array<Pace, 4> paces{{{.send = 8, .take = 8, .take_back = 8},
                                         {.send = 4, .take = 8, .take_back = 8},
                                         {.send = 8, .take = 3, .take_back = 2},
                                         {.send = 6, .take = 1, .take_back = 6}}};
    bench_.set_pace(paces[round % paces.size()]);
    queue_random(30);
    // What is dropped is not answered, and so not counted.
    queue(short_syn(ranges_[round % ranges_.size()]), true, true);
    ASSERT_NO_FATAL_FAILURE(drain());
    ASSERT_FALSE(HasFailure());
    if (round % 40 == 39) {
      const auto variant = static_cast<unsigned>(round / 40);
      begin_epoch(variant, golden().now().unix_ms() + 1);
    } else {
      advance(random_.below(3));
    }
  }
  EXPECT_EQ(compared_, 30 * rounds);
  EXPECT_GT(reports(), rounds);
  EXPECT_GT(seen_["syn_answered"], 3 * rounds);
}

/// Under the kernel's own clock the sum of all reports is the number of answered SYNs.
TEST_F(Reports, LoseNoSynWhileTheClockRuns) {
  begin_epoch(0, start_ms);
  kernel_.set_time(start_ms, 500);
  constexpr std::uint64_t frames = 20'000;
  for (std::uint64_t i = 0; i < frames; ++i) {
    bench_.queue(short_syn(ranges_[random_.below(static_cast<std::uint32_t>(ranges_.size()))]));
  }
  while (bench_.waiting() > 0) bench_.clock();
  for (int i = 0; i < 1000; ++i) bench_.clock();
  // A SYN to each range in milliseconds of their own reports what is left.
  for (const Address& range : ranges_) {
    bench_.queue(short_syn(range));
    for (int i = 0; i < 1000; ++i) bench_.clock();
  }
  std::uint64_t syns = 0;
  std::map<std::uint32_t, unsigned> in_ms;
  for (const KernelBench::Sent& sent : bench_.sent_on) {
    const std::uint8_t* mark = sent.frame.data() + metadata::offset;
    syns += load<be16>(mark + metadata::at_syns).host();
    const unsigned made = ++in_ms[load<be32>(mark + metadata::at_ingress_ms).host()];
    EXPECT_LE(made, AnswerTally::reports_per_ms);
  }
  EXPECT_EQ(bench_.sent_back.size(), frames + ranges_.size());
  EXPECT_EQ(syns, frames + ranges_.size());
  EXPECT_GT(in_ms.size(), 30U);
}

}  // namespace
}  // namespace sekimori
