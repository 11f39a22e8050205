#include "hw/sim/kernel_fixture.hpp"

#include <algorithm>

namespace sekimori {
namespace {

SynCookieKernel opened(KernelBench& bench) {
  auto kernel = SynCookieKernel::open(bench);
  if (!kernel) throw std::runtime_error(kernel.error());
  return *kernel;
}

std::string text(const Bytes& frame) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out = std::to_string(frame.size()) + " bytes:";
  for (std::size_t i = 0; i < frame.size() && i < 160; ++i) {
    if (i % 16 == 0) out += '\n';
    out += {' ', digits[frame[i] >> 4], digits[frame[i] & 15]};
  }
  return out;
}

}  // namespace

KernelTest::KernelTest() : kernel_(opened(bench_)) {}

void KernelTest::begin_epoch(unsigned policy_variant, std::uint64_t unix_ms, std::uint64_t secret) {
  ASSERT_TRUE(!options_.report || pending_.empty());
  epochs_.push_back(std::make_unique<Golden>(bench_policy(policy_variant),
                                             MasterSecret::from_seed(secret), unix_ms));
  load_epoch();
}

void KernelTest::learn(const Address& server, std::uint16_t port, std::uint8_t window_scale,
                       std::uint64_t slot) {
  const LearnedServer learned = golden().learn(server, port, window_scale, slot);
  load_tables({&learned, 1});
}

void KernelTest::load_tables(std::span<const LearnedServer> learned) {
  auto tables = OffloadTables::from_policy(golden().policy(), {}, kernel_.capacity(), learned);
  ASSERT_TRUE(tables) << tables.error();
  tables_ = std::move(*tables);
  kernel_.load(*tables_);
}

void KernelTest::load_epoch() {
  const std::uint64_t slot = golden().slot();
  for (const std::uint64_t s : {slot - 1, slot, slot + 1}) {
    kernel_.set_cookie_key(s, golden().keys().get(s));
  }
  kernel_.set_flow_key(golden().flow_key());
  load_tables();
  kernel_.set_time(golden().now().unix_ms(), 0);
  kernel_.control(options_);
}

void KernelTest::control(const SynCookieKernel::Options& options) {
  options_ = options;
  kernel_.control(options);
}

void KernelTest::advance(std::uint64_t ms) {
  ASSERT_TRUE(pending_.empty());
  golden().advance(ms);
  kernel_.set_time(golden().now().unix_ms(), 0);
}

void KernelTest::queue(const Bytes& frame, bool dropped, bool receive_error) {
  pending_.push_back({.frame = frame,
                      .since = epochs_.size() - 1,
                      .dropped = dropped,
                      .done = dropped,
                      .outcomes = {}});
  if (options_.report && !dropped) {
    Outcome& outcome = pending_.back().outcomes.emplace_back(golden().judge(frame));
    if (outcome.back) tally_.enter(outcome, frame, tables_->destinations);
  }
  bench_.queue(frame, receive_error);
}

void KernelTest::queue_random(std::uint64_t frames) {
  for (std::uint64_t i = 0; i < frames; ++i) queue(bench_frame(random_, golden()));
}

void KernelTest::run(std::uint64_t clocks) {
  for (std::uint64_t i = 0; i < clocks && !HasFatalFailure(); ++i) {
    bench_.clock();
    compare();
  }
}

void KernelTest::run_until(std::size_t left) {
  while (bench_.waiting() > left && !HasFatalFailure()) run(1);
}

void KernelTest::drain() {
  run_until(0);
  for (int i = 0; i < 20'000 && !pending_.empty() && !HasFatalFailure(); ++i) run(1);
  if (!pending_.empty()) {
    ADD_FAILURE() << pending_.size() << " frames have not left as software would send them; the "
                  << "first is " << text(pending_.front().frame);
  }
}

void KernelTest::compare() {
  for (; !bench_.sent_on.empty() && !HasFatalFailure(); bench_.sent_on.pop_front()) {
    match(bench_.sent_on.front(), false, next_on_);
  }
  for (; !bench_.sent_back.empty() && !HasFatalFailure(); bench_.sent_back.pop_front()) {
    match(bench_.sent_back.front(), true, next_back_);
  }
  forget_done();
}

void KernelTest::match(const KernelBench::Sent& sent, bool back, std::size_t& next) {
  for (std::size_t i = next; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    bool& left = back ? pending.left_back : pending.left_on;
    if (pending.done || left) continue;
    const Outcome* const outcome = sender(pending, sent.frame, back);
    if (outcome == nullptr) continue;
    if (!pending.left_on && !pending.left_back) note(pending, *outcome);
    ++seen_[back ? "sent_back_frames" : "sent_frames"];
    left = true;
    pending.done = outcome->report.empty() || (pending.left_on && pending.left_back);
    if (pending.done) ++compared_;
    next = i + 1;
    return;
  }
  const auto first = std::ranges::find_if(pending_, [](const Pending& p) { return !p.done; });
  std::string wanted = "nothing";
  if (first != pending_.end()) {
    const Outcome& outcome = first->outcomes.at(0);
    wanted = (outcome.back ? "back, " : "on, ") +
             text(outcome.back ? outcome.frame : outcome.marked()) +
             "\nreport: " + text(outcome.report) + "\nfor " + text(first->frame);
  }
  FAIL() << "what left " << (back ? "back" : "on") << " is no frame's outcome: " << text(sent.frame)
         << "\nfirst expected: " << wanted;
}

bool KernelTest::goes_back(const Outcome& outcome) const {
  return outcome.back && !options_.answers_to_host;
}

const Outcome* KernelTest::sender(Pending& pending, const Bytes& sent, bool back) {
  for (std::size_t e = pending.since; e < epochs_.size(); ++e) {
    if (pending.outcomes.size() == e - pending.since) {
      pending.outcomes.push_back(epochs_[e]->judge(pending.frame));
    }
    const Outcome& outcome = pending.outcomes[e - pending.since];
    if (goes_back(outcome)) {
      if (sent == (back ? outcome.frame : outcome.report)) return &outcome;
    } else if (!back && sent.size() == outcome.frame.size() + metadata::bytes) {
      if (sent == outcome.marked()) return &outcome;
    }
  }
  return nullptr;
}

void KernelTest::note(const Pending& pending, const Outcome& outcome) {
  const auto add = [&](const char* name, bool happened) { seen_[name] += happened ? 1 : 0; };
  ++seen_["received_frames"];
  seen_["received_bytes"] += pending.frame.size();
  add("syn_answered", outcome.has(metadata::syn_answered));
  add("reported_frames", !outcome.report.empty());
  add("cookie_valid", outcome.has(metadata::cookie_valid));
  add("cookie_invalid",
      outcome.has(metadata::cookie_checked) && !outcome.has(metadata::cookie_valid));
  add("malformed", outcome.has(metadata::malformed));
  add("checksum_bad", outcome.has(metadata::checksum_bad));
  add("unparsed", outcome.has(metadata::unparsed));
}

void KernelTest::forget_done() {
  while (!pending_.empty() && pending_.front().done) {
    pending_.pop_front();
    if (next_on_ > 0) --next_on_;
    if (next_back_ > 0) --next_back_;
  }
}

void KernelTest::check_counters() {
  const auto counters = kernel_.read_counters();
  for (std::uint32_t i = 0; i < counters.size(); ++i) {
    const std::string name{syn_cookie_registers::name(static_cast<SynCookieKernel::Counter>(i))};
    if (!seen_.contains(name)) continue;
    EXPECT_EQ(counters[i], seen_[name]) << name;
  }
}

}  // namespace sekimori
