#include "hw/sim/card_check.hpp"

#include <gtest/gtest.h>

#include "hw/host/dns_suffix_kernel.hpp"
#include "hw/host/packet_pump.hpp"
#include "hw/sim/dns_traffic.hpp"
#include "hw/sim/traffic.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t start_ms = 1'700'000'012'345;
constexpr SipKey suffix_key{.k0 = 0x1122334455667788, .k1 = 0x99aabbccddeeff00};
constexpr std::chrono::milliseconds patience{120'000};
constexpr std::size_t frames_a_run = 200;

}  // namespace

CardCheck::CardCheck(Card& card, std::uint64_t seed) : CardCheck(card, bench_policy(0), seed) {}

CardCheck::CardCheck(Card& card, const PolicyContents& policy, std::uint64_t seed)
    : card_(&card),
      random_(seed),
      golden_(policy, MasterSecret::from_seed(1), start_ms),
      suffixes_(random_suffixes(random_, 200)),
      set_(SuffixSet::build(suffixes_, suffix_key).value()) {}

void CardCheck::load() {
  auto syn_cookie = SynCookieKernel::open(card_->registers(CardKernel::syn_cookie));
  ASSERT_TRUE(syn_cookie) << syn_cookie.error();
  syn_cookie_ = *syn_cookie;
  auto tables = OffloadTables::from_policy(golden_.policy(), {}, syn_cookie_->capacity());
  ASSERT_TRUE(tables) << tables.error();
  tables_ = std::move(*tables);
  syn_cookie_->load(*tables_);
  syn_cookie_->set_flow_key(golden_.flow_key());
  for (const std::uint64_t slot : {golden_.slot() - 1, golden_.slot()}) {
    syn_cookie_->set_cookie_key(slot, golden_.keys().get(slot));
  }
  syn_cookie_->control({.answer = true, .report = true});

  auto dns_suffix = DnsSuffixKernel::open(card_->registers(CardKernel::dns_suffix));
  ASSERT_TRUE(dns_suffix) << dns_suffix.error();
  std::vector<SuffixCuckoo::Entry> entries;
  for (const auto& [suffix, value] : suffixes_) {
    const SuffixHashes hashes{suffix_key, suffix};
    entries.push_back({.hash = hashes.of[hashes.count - 1], .value = value});
  }
  const auto loaded = dns_suffix->load(suffix_key, entries);
  ASSERT_TRUE(loaded) << loaded.error();
}

void CardCheck::run_random(std::size_t frames) {
  while (frames > 0) {
    std::vector<Bytes> sent;
    std::vector<bool> errors;
    for (; frames > 0 && sent.size() < frames_a_run; --frames) {
      sent.push_back(random_.chance(1, 2) ? bench_frame(random_, golden_)
                                          : dns_bench_frame(random_, suffixes_));
      errors.push_back(random_.chance(1, 64));
    }
    ASSERT_NO_FATAL_FAILURE(run(sent, errors));
  }
}

void CardCheck::run(const std::vector<Bytes>& frames, const std::vector<bool>& errors) {
  golden_.advance(1);
  syn_cookie_->set_time(golden_.now().unix_ms(), 0);
  std::vector<PumpedFrame> pumped;
  std::vector<Bytes> on;
  std::vector<Bytes> back;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const bool error = i < errors.size() && errors[i];
    PumpedFrame& sent = pumped.emplace_back(PumpedFrame{.bytes = frames[i], .error = error});
    if (error) continue;
    Outcome outcome = golden_.judge(frames[i]);
    if (outcome.back) {
      tally_.enter(outcome, frames[i], tables_->destinations);
      back.push_back(outcome.frame);
      ++answered;
      sent.both_ways = !outcome.report.empty();
      if (!sent.both_ways) continue;
      on.push_back(outcome.report);
      ++reported;
      continue;
    }
    add_suffix(outcome, set_);
    if (outcome.has(metadata::dns_matched)) ++matched;
    on.push_back(outcome.marked());
  }
  auto pump = PacketPump::open(*card_);
  ASSERT_TRUE(pump) << pump.error();
  const auto result = pump->run(pumped, patience);
  ASSERT_TRUE(result) << result.error();
  ASSERT_EQ(result->on.size(), on.size());
  ASSERT_EQ(result->back.size(), back.size());
  for (std::size_t i = 0; i < on.size(); ++i) ASSERT_EQ(result->on[i], on[i]) << "on, frame " << i;
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_EQ(result->back[i], back[i]) << "back, frame " << i;
  }
  compared += on.size() + back.size();
}

}  // namespace sekimori
