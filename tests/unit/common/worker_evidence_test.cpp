#include "common/worker_evidence.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/stats_segment.hpp"

namespace sekimori {
namespace {

constexpr std::uint32_t workers = 2;
constexpr std::uint32_t objects = 4;

PacketSample sample_number(std::uint32_t number) {
  PacketSample sample{.unix_ns = number,
                      .object_slot = number % objects,
                      .weight = number,
                      .wire_bytes = 60,
                      .captured_bytes = PacketSample::max_captured,
                      .verdict = Verdict::drop,
                      .reason = DropReason::land,
                      .frame = {}};
  sample.frame.fill(static_cast<std::uint8_t>(number));
  return sample;
}

Address address(const char* text) {
  return *Address::parse(text);
}

class Evidence : public testing::Test {
 protected:
  StatsSegment segment_ = *StatsSegment::create(name(), workers, objects);
  StatsReader reader_ = *StatsReader::open(name());

  static std::string name() { return "evidence-" + std::to_string(getpid()); }

  void take_samples(std::uint32_t worker, std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      segment_.evidence(worker).add_sample(sample_number(first + i));
    }
  }
  std::vector<std::uint64_t> read(SampleCursor& cursor, std::uint64_t* missed = nullptr) {
    std::vector<PacketSample> samples;
    const std::uint64_t lost = reader_.read_samples(cursor, samples);
    if (missed != nullptr) *missed = lost;
    std::vector<std::uint64_t> numbers;
    for (const PacketSample& sample : samples) numbers.push_back(sample.unix_ns);
    return numbers;
  }
};

TEST_F(Evidence, SamplesAreReadOnceAndWhole) {
  SampleCursor cursor;
  EXPECT_TRUE(read(cursor).empty());
  take_samples(0, 1, 2);
  take_samples(1, 7, 1);
  EXPECT_EQ(read(cursor), (std::vector<std::uint64_t>{1, 2, 7}));
  EXPECT_TRUE(read(cursor).empty());
  take_samples(1, 8, 1);
  std::vector<PacketSample> samples;
  EXPECT_EQ(reader_.read_samples(cursor, samples), 0U);
  ASSERT_EQ(samples.size(), 1U);
  const PacketSample expected = sample_number(8);
  EXPECT_EQ(samples[0].object_slot, expected.object_slot);
  EXPECT_EQ(samples[0].weight, expected.weight);
  EXPECT_EQ(samples[0].wire_bytes, expected.wire_bytes);
  EXPECT_EQ(samples[0].verdict, expected.verdict);
  EXPECT_EQ(samples[0].reason, expected.reason);
  EXPECT_EQ(samples[0].frame, expected.frame);
}

TEST_F(Evidence, OverwrittenSamplesAreCountedAsMissed) {
  SampleCursor cursor;
  read(cursor);
  take_samples(0, 0, stats_sample_slots + 3);
  std::uint64_t missed = 0;
  const std::vector<std::uint64_t> numbers = read(cursor, &missed);
  EXPECT_EQ(missed, 3U);
  ASSERT_EQ(numbers.size(), stats_sample_slots);
  EXPECT_EQ(numbers.front(), 3U);
  EXPECT_EQ(numbers.back(), stats_sample_slots + 2);
}

TEST_F(Evidence, ACursorOfAnotherSegmentBeginsAnew) {
  SampleCursor cursor{.next = {1'000'000, 1'000'000, 5}};
  take_samples(0, 1, 1);
  EXPECT_EQ(read(cursor), std::vector<std::uint64_t>{1});
}

TEST_F(Evidence, ImpossibleSamplesAreNotBelieved) {
  struct Case {
    const char* what;
    void (*spoil)(PacketSample&);
  };
  const Case cases[]{
      {"object", [](PacketSample& s) { s.object_slot = objects; }},
      {"length", [](PacketSample& s) { s.captured_bytes = PacketSample::max_captured + 1; }},
      {"verdict", [](PacketSample& s) { s.verdict = static_cast<Verdict>(verdict_count); }},
      {"reason", [](PacketSample& s) { s.reason = static_cast<DropReason>(drop_reason_count); }}};
  SampleCursor cursor;
  for (const Case& c : cases) {
    PacketSample sample = sample_number(1);
    c.spoil(sample);
    segment_.evidence(0).add_sample(sample);
    std::uint64_t missed = 0;
    EXPECT_TRUE(read(cursor, &missed).empty()) << c.what;
    EXPECT_EQ(missed, 1U) << c.what;
  }
}

TEST_F(Evidence, ACountThatNobodyCanHaveReachedIsBounded) {
  segment_.evidence(0).samples_taken = ~std::uint64_t{0};
  SampleCursor cursor;
  std::vector<PacketSample> samples;
  reader_.read_samples(cursor, samples);
  EXPECT_TRUE(samples.empty());
}

TEST_F(Evidence, LoadsOfAllWorkersAreAddedBySourceAndObject) {
  const auto put = [&](std::uint32_t worker, std::size_t place, const SourceLoad& load) {
    segment_.evidence(worker).sources[place].publish(1, load);
  };
  const Address a = address("198.51.100.7");
  const Address b = address("2001:db8:1:2::");
  put(0, 0, {.source = a, .object_slot = 1, .packets = 5, .bytes = 500, .connections = 1});
  put(1, 9, {.source = a, .object_slot = 1, .packets = 7, .bytes = 700, .connections = 2});
  put(1, 10, {.source = a, .object_slot = 0, .packets = 1, .bytes = 60, .connections = 0});
  put(0, stats_source_slots - 1, {.source = b, .object_slot = 1, .connections = 4});
  put(0, 3, {.source = b, .object_slot = 2});                      // free
  put(0, 4, {.source = b, .object_slot = objects, .packets = 9});  // damaged
  std::vector<SourceLoad> loads(3);
  reader_.read_source_loads(loads);
  ASSERT_EQ(loads.size(), 3U);
  EXPECT_EQ(loads[0].object_slot, 0U);
  EXPECT_EQ(loads[0].packets, 1U);
  EXPECT_EQ(loads[1].source, a);
  EXPECT_EQ(loads[1].packets, 12U);
  EXPECT_EQ(loads[1].bytes, 1200U);
  EXPECT_EQ(loads[1].connections, 3U);
  EXPECT_EQ(loads[2].source, b);
  EXPECT_EQ(loads[2].connections, 4U);
}

TEST_F(Evidence, ReadersNeverSeeHalfARecord) {
  constexpr std::uint64_t rounds = 200'000;
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    WorkerEvidence& evidence = segment_.evidence(0);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      evidence.sources[0].publish(
          i, {.source = {}, .object_slot = 0, .packets = i, .bytes = i, .connections = i});
      evidence.add_sample(sample_number(static_cast<std::uint32_t>(i)));
    }
    done = true;
  }};
  SampleCursor cursor;
  std::vector<SourceLoad> loads;
  std::vector<PacketSample> samples;
  while (!done) {
    reader_.read_source_loads(loads);
    for (const SourceLoad& load : loads) {
      EXPECT_EQ(load.bytes, load.packets);
      EXPECT_EQ(load.connections, load.packets);
    }
    samples.clear();
    reader_.read_samples(cursor, samples);
    for (const PacketSample& sample : samples) {
      EXPECT_EQ(sample.frame, sample_number(static_cast<std::uint32_t>(sample.unix_ns)).frame);
    }
  }
  writer.join();
}

}  // namespace
}  // namespace sekimori
