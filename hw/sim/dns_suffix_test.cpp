#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <optional>

#include "Vdns_suffix.h"
#include "common/card_metadata.hpp"
#include "hw/host/dns_suffix_kernel.hpp"
#include "hw/sim/dns_traffic.hpp"
#include "hw/sim/length.hpp"
#include "hw/sim/stream_bench.hpp"

namespace sekimori {
namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

using Suffixes = std::vector<SuffixSet::Entry>;

SuffixHash hash_of(const DnsName& suffix) {
  const SuffixHashes hashes{key, suffix};
  return hashes.of[hashes.count - 1];
}

/// Counts the rows that the host writes.
class RowCounter : public RegisterAccess {
 public:
  explicit RowCounter(RegisterAccess& registers) : registers_(&registers) {}
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (offset == dns_suffix_registers::table_write) ++rows;
    registers_->write(offset, value);
  }
  std::uint32_t read(std::uint32_t offset) override { return registers_->read(offset); }

  std::uint64_t rows = 0;

 private:
  RegisterAccess* registers_;
};

/// The kernel beside its model; what leaves it is compared byte by byte.
class DnsSuffix : public ::testing::Test {
 protected:
  DnsSuffix() : rows_(bench_) {
    auto opened = DnsSuffixKernel::open(rows_);
    if (!opened) throw std::runtime_error(opened.error());
    kernel_ = std::move(*opened);
  }

  void load(const Suffixes& suffixes) {
    suffixes_ = suffixes;
    model_ = SuffixSet::build(suffixes, key).value();
    std::vector<SuffixCuckoo::Entry> entries;
    for (const auto& [suffix, value] : suffixes) {
      entries.push_back({.hash = hash_of(suffix), .value = value});
    }
    const auto loaded = kernel_->load(key, entries);
    ASSERT_TRUE(loaded) << loaded.error();
  }

  void queue(const Bytes& frame) {
    const std::uint32_t ms = random_.word();
    bench_.queue(with_metadata(frame, ms));
    expected_.push_back(with_suffix(frame, ms, model_));
  }
  void queue_random(std::uint64_t frames) {
    for (std::uint64_t i = 0; i < frames; ++i) queue(dns_bench_frame(random_, suffixes_));
  }
  /// A question about a name, over IPv4 without anything special.
  Bytes plain_question(const std::string& name) {
    const DnsName parsed = DnsName::from_text(name).value();
    return plain_question(Bytes(parsed.bytes.begin(), parsed.bytes.begin() + parsed.length));
  }
  Bytes plain_question(const Bytes& wire_name) {
    Bytes segment{0x30, 0x39, 0, 53, 0, 0, 0, 0};
    Bytes message{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    message.insert(message.end(), wire_name.begin(), wire_name.end());
    message.insert(message.end(), {0, 1, 0, 1});
    segment.insert(segment.end(), message.begin(), message.end());
    segment[4] = static_cast<std::uint8_t>(segment.size() >> 8);
    segment[5] = static_cast<std::uint8_t>(segment.size());
    return Packet{.source = random_source(random_, false),
                  .destination = random_source(random_, false),
                  .protocol = 17,
                  .segment = segment}
        .frame(random_);
  }

  void compare() {
    for (; !bench_.sent_on.empty(); bench_.sent_on.pop_front()) {
      ASSERT_FALSE(expected_.empty());
      const Bytes& frame = bench_.sent_on.front().frame;
      ASSERT_EQ(frame, expected_.front()) << "frame " << compared_;
      const std::uint8_t flags = frame[metadata::offset + metadata::at_flags];
      if ((flags & metadata::dns_matched) != 0) ++matched_;
      expected_.pop_front();
      ++compared_;
    }
  }
  void drain() {
    for (std::uint64_t idle = 0; !expected_.empty() && idle < 3000; ++idle) {
      const std::size_t before = expected_.size() + bench_.waiting();
      bench_.clock();
      ASSERT_NO_FATAL_FAILURE(compare());
      if (expected_.size() + bench_.waiting() != before) idle = 0;
    }
    ASSERT_TRUE(expected_.empty()) << expected_.size() << " frames have not left";
  }

  StreamBench<Vdns_suffix> bench_;
  RowCounter rows_;
  std::optional<DnsSuffixKernel> kernel_;
  Random random_{3};
  Suffixes suffixes_;
  SuffixSet model_;
  std::deque<Bytes> expected_;
  std::uint64_t compared_ = 0;
  std::uint64_t matched_ = 0;
};

TEST_F(DnsSuffix, FindsASuffix) {
  load({{.suffix = DnsName::from_text("example.com").value(), .value = 0x1234}});
  queue(plain_question("www.Example.com"));
  queue(plain_question("example.org"));
  drain();
  EXPECT_EQ(matched_, 1U);
}

/// What the kernel in front says of a frame stays, also where a suffix's value would be.
TEST_F(DnsSuffix, LeavesTheCountOfAReport) {
  load({{.suffix = DnsName::from_text("example.com").value(), .value = 0x1234}});
  Bytes report = with_metadata(plain_question("example.org"), 1);
  report[metadata::offset + metadata::at_flags] |= metadata::syn_answered;
  store(report.data() + metadata::offset + metadata::at_syns, be16{0xabcd});
  bench_.queue(report);
  expected_.push_back(report);
  drain();
}

/// Letters are compared without case, and nothing but letters (RFC 4343).
TEST_F(DnsSuffix, PutsLettersIntoLowerCase) {
  load({{.suffix = DnsName::from_text("abcdefghijklmnopqrstuvwxyz").value(), .value = 1},
        {.suffix = DnsName::from_text("{").value(), .value = 2}});
  Bytes alphabet{26};
  for (std::uint8_t letter = 'A'; letter <= 'Z'; ++letter) alphabet.push_back(letter);
  alphabet.push_back(0);
  queue(plain_question(alphabet));
  queue(plain_question(Bytes{1, '[', 0}));
  drain();
  EXPECT_EQ(matched_, 1U);
}

/// A name has up to 255 bytes, the root's among them (RFC 1035, section 2.3.4).
TEST_F(DnsSuffix, ReadsNamesOfUpTo255Bytes) {
  load({{.suffix = DnsName::from_text("com").value(), .value = 1}});
  for (std::size_t bytes = 250; bytes <= 260; ++bytes) {
    Bytes name;
    for (const std::size_t size :
         {std::size_t{63}, std::size_t{63}, std::size_t{63}, bytes - 198}) {
      name.push_back(static_cast<std::uint8_t>(size));
      name.resize(name.size() + size, 'a');
    }
    name.insert(name.end(), {3, 'c', 'o', 'm', 0});
    ASSERT_EQ(name.size(), bytes);
    queue(plain_question(name));
  }
  drain();
  EXPECT_EQ(matched_, 6U);
}

/// The main comparison: names, messages and packets of every shape, at every pace.
TEST_F(DnsSuffix, MarksEveryFrameAsSoftwareWould) {
  load(random_suffixes(random_, 500));
  const std::uint64_t rounds = run_length(40, 2000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    constexpr std::array<Pace, 4> paces{{{.send = 8, .take = 8},
                                         {.send = 3, .take = 8},
                                         {.send = 8, .take = 2},
                                         {.send = 6, .take = 6}}};
    bench_.set_pace(paces[round % paces.size()]);
    queue_random(1000);
    drain();
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(compared_, 1000 * rounds);
  EXPECT_GT(matched_, 400 * rounds);
  const auto counters = kernel_->read_counters();
  EXPECT_EQ(value(counters, DnsSuffixKernel::Counter::received_frames), compared_);
  EXPECT_EQ(value(counters, DnsSuffixKernel::Counter::matched), matched_);
  EXPECT_EQ(value(counters, DnsSuffixKernel::Counter::unmarked), 0U);
  EXPECT_GT(value(counters, DnsSuffixKernel::Counter::question), matched_);
  EXPECT_GT(value(counters, DnsSuffixKernel::Counter::question_invalid), 20 * rounds);
}

/// A suffix whose hash differs from a name's in any one bit of the tag is another suffix.
TEST_F(DnsSuffix, TellsTagsApartByEveryBit) {
  load({});
  const SuffixHash hash = hash_of(DnsName::from_text("example.com").value());
  constexpr unsigned first_place_bit = 48;
  for (unsigned bit = first_place_bit; bit < 128; ++bit) {
    SuffixHash other = hash;
    (bit < 64 ? other.place : other.tag) ^= std::uint64_t{1} << bit % 64;
    const auto set = kernel_->set(other, 7);
    ASSERT_TRUE(set) << set.error();
    queue(plain_question("example.com"));
    ASSERT_NO_FATAL_FAILURE(drain());
    kernel_->erase(other);
  }
  EXPECT_EQ(compared_, 80U);
  EXPECT_EQ(matched_, 0U);
}

/// Suffixes that move because others come must be found in every clock.
TEST_F(DnsSuffix, NeverMissesASuffixWhileTheTableChanges) {
  Suffixes all = random_suffixes(random_, 640);
  const Suffixes stay(all.begin(), all.begin() + 560);
  load(stay);
  bench_.set_pace({.send = 8, .take = 8});
  std::vector<SuffixHash> others;
  for (int i = 0; i < 200; ++i) {
    others.push_back(hash_of(DnsName::from_text(std::to_string(i) + ".elsewhere").value()));
  }
  rows_.rows = 0;
  std::uint64_t sets = 0;
  const std::uint64_t changes = run_length(600, 20'000);
  for (std::uint64_t i = 0; i < changes; ++i) {
    while (bench_.waiting() < 40) queue(plain_question(random_question(random_, stay).to_text()));
    if (i >= 100) kernel_->erase(others[(i - 100) % others.size()]);
    const auto set = kernel_->set(others[i % others.size()], 7);
    ASSERT_TRUE(set) << set.error();
    ++sets;
    compare();
    if (HasFatalFailure()) return;
  }
  drain();
  const std::uint64_t moved = rows_.rows - sets - (changes - 100);
  EXPECT_GT(moved, sets / 20) << "hardly any suffix had to move";
  EXPECT_GT(matched_, compared_ / 2);
}

TEST_F(DnsSuffix, PassesFramesWithoutMetadataUnchanged) {
  load({{.suffix = DnsName::from_text("example.com").value(), .value = 1}});
  for (std::uint32_t size = 1; size < 700; ++size) {
    Bytes frame(size, static_cast<std::uint8_t>(size));
    bench_.queue(frame);
    expected_.push_back(frame);
  }
  const Bytes question = plain_question("example.com");
  bench_.queue(question);
  expected_.push_back(question);
  drain();
  EXPECT_EQ(value(kernel_->read_counters(), DnsSuffixKernel::Counter::unmarked), 700U);
}

TEST_F(DnsSuffix, LooksNothingUpUntilItIsSwitchedOn) {
  load({{.suffix = DnsName::from_text("example.com").value(), .value = 1}});
  kernel_->enable(false);
  model_ = SuffixSet{};
  queue(plain_question("example.com"));
  drain();
  EXPECT_EQ(value(kernel_->read_counters(), DnsSuffixKernel::Counter::question), 0U);
}

/// Whatever the metadata claim, every frame leaves again.
TEST_F(DnsSuffix, SurvivesMetadataThatLie) {
  load(random_suffixes(random_, 100));
  constexpr std::size_t frames = 3000;
  for (std::size_t i = 0; i < frames; ++i) {
    Bytes frame = with_metadata(dns_bench_frame(random_, suffixes_), 0);
    frame[metadata::offset + metadata::at_flags] = metadata::checksum_good;
    for (int n = 0; n < 3; ++n) damage(random_, frame);
    bench_.queue(frame);
  }
  std::size_t left = 0;
  for (int clock = 0; clock < 200'000 && left < frames; ++clock) {
    bench_.clock();
    left += bench_.sent_on.size();
    bench_.sent_on.clear();
  }
  EXPECT_EQ(left, frames);
  model_ = SuffixSet::build(suffixes_, key).value();
  queue_random(200);
  drain();
}

TEST_F(DnsSuffix, CannotBeAskedForItsKey) {
  load({});
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bench_.read(dns_suffix_registers::key + 4 * i), 0U);
  }
}

/// The clocks that the kernel takes, which are what its rates follow from.
class DnsRates : public DnsSuffix {
 protected:
  /// Clocks a frame when the same frames come without a gap.
  double clocks_a_frame(const Bytes& frame) {
    load({{.suffix = DnsName::from_text("com").value(), .value = 1}});
    const Bytes marked = with_metadata(frame, 0);
    constexpr std::uint64_t frames = 4000;
    for (std::uint64_t i = 0; i < frames; ++i) bench_.queue(marked);
    const std::uint64_t before = bench_.clocks();
    for (std::uint64_t left = 0; left < frames; bench_.sent_on.clear()) {
      bench_.clock();
      left += bench_.sent_on.size();
    }
    return static_cast<double>(bench_.clocks() - before) / frames;
  }
  std::uint64_t latency(const Bytes& frame) {
    bench_.queue(with_metadata(frame, 0));
    while (bench_.sent_on.empty()) bench_.clock();
    const std::uint64_t clocks = bench_.sent_on.front().clock - bench_.last_entry();
    bench_.sent_on.clear();
    return clocks;
  }
  Bytes short_syn() {
    Packet packet{.source = random_source(random_, false),
                  .destination = random_source(random_, false),
                  .protocol = 6};
    packet.segment =
        TestSegment{.source_port = 1, .destination_port = 2, .flags = 2}.bytes(random_);
    Bytes frame = packet.frame(random_);
    frame.resize(60);
    return frame;
  }
};

TEST_F(DnsRates, AClockForEachBeatOfOtherFrames) {
  Bytes one_beat = short_syn();
  one_beat.resize(48);
  EXPECT_LT(clocks_a_frame(one_beat), 1.03);
  EXPECT_LT(clocks_a_frame(short_syn()), 2.03);
}

/// A step for the headers, one for each label of up to seven bytes and one for the root, of which
/// two are made a clock; and no more than a suffix a clock.
TEST_F(DnsRates, AClockForEachStepOfAName) {
  const double two = clocks_a_frame(plain_question("example.com"));
  const double three = clocks_a_frame(plain_question("www.example.com"));
  const double eight = clocks_a_frame(plain_question("a.b.c.d.e.f.g.h"));
  std::cout << "clocks a question: " << two << " for example.com, " << three
            << " for www.example.com, " << eight << " for a.b.c.d.e.f.g.h\n";
  EXPECT_LT(two, 2.1);
  EXPECT_LT(three, 3.1);
  EXPECT_LT(eight, 8.1);
}

TEST_F(DnsRates, Latency) {
  load({{.suffix = DnsName::from_text("com").value(), .value = 1}});
  const std::uint64_t other = latency(short_syn());
  const std::uint64_t question = latency(plain_question("www.example.com"));
  std::cout << "latency: " << question << " clocks for a question about www.example.com, " << other
            << " for a SYN\n";
  EXPECT_LE(other, 40U);
  EXPECT_LE(question, 150U);
}

}  // namespace
}  // namespace sekimori
