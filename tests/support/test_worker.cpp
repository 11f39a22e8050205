#include "tests/support/test_worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace sekimori::test {
namespace {

PolicyTables build_tables(const TestPolicy& policy, ObjectSlots& slots) {
  auto tables = PolicyTables::build(build_image(policy), slots);
  if (!tables) throw std::invalid_argument{tables.error()};
  return std::move(*tables);
}

template <std::size_t Count>
std::string nonzero(const std::array<std::uint64_t, Count>& values,
                    const std::array<OutcomeText, Count>& texts) {
  std::string result;
  for (std::size_t i = 0; i < Count; ++i) {
    if (values[i] == 0) continue;
    if (!result.empty()) result += ' ';
    result += std::string{texts[i].name} + "=" + std::to_string(values[i]);
  }
  return result;
}

/// "reply LINE" as its two parts.
std::pair<std::string, std::string> split_first(const std::string& text) {
  const auto blank = text.find(' ');
  if (blank == std::string::npos) return {text, {}};
  return {text.substr(0, blank), text.substr(blank + 1)};
}

std::string decided(const Burst& burst, std::size_t i) {
  if (burst.is_open(i)) return "open";
  const Decision& decision = burst.decisions[i];
  std::string text{verdict_texts[static_cast<std::size_t>(decision.verdict)].name};
  if (decision.verdict == Verdict::drop) {
    text += ' ';
    text += drop_reason_texts[static_cast<std::size_t>(decision.reason)].name;
  }
  return text;
}

}  // namespace

Bytes frame_bytes(std::string_view line, Side toward) {
  auto bytes = encode_packet(line, toward);
  if (!bytes) throw std::invalid_argument{std::string{line} + ": " + bytes.error()};
  return std::move(*bytes);
}

FrameBuffer::FrameBuffer(const Bytes& bytes, ChecksumHint hint) {
  const std::size_t capacity = std::max(bytes.size(), reply_capacity);
  block_ = std::make_unique<std::uint8_t[]>(capacity);
  std::ranges::copy(bytes, block_.get());
  frame_ = {.data = block_.get(),
            .length = static_cast<std::uint32_t>(bytes.size()),
            .capacity = static_cast<std::uint32_t>(capacity),
            .checksum = hint};
}

TestGround::TestGround(const TestPolicy& test_policy)
    : slots(test_policy.global.object_capacity),
      policy(build_tables(test_policy, slots)),
      meters(test_policy.global.object_capacity) {
  set_ms(0);
}

void TestGround::set_ms(std::uint64_t since_start_ms) {
  constexpr std::uint64_t uptime_ns = 1000 * ns_per_s;
  now = {.monotonic_ns = uptime_ns + since_start_ms * ns_per_ms,
         .unix_ns = start_unix_s * ns_per_s + since_start_ms * ns_per_ms};
  keys.refresh(secret, now.unix_s());
}

void TestGround::set_measures(const std::vector<Measure>& measures) {
  auto measured = policy.with_measures(measures);
  if (!measured) throw std::invalid_argument{measured.error()};
  policy = std::move(*measured);
}

std::string TestGround::counters() const {
  return nonzero(stats.counters, counter_texts);
}

std::string TestGround::verdicts() const {
  return nonzero(stats.verdicts, verdict_texts);
}

std::string TestGround::drops() const {
  return nonzero(stats.drops, drop_reason_texts);
}

Bytes TextPackets::read(std::string_view line, Side toward) const {
  const auto plain = substitute(line, names_);
  if (!plain) throw std::invalid_argument{std::string{line} + ": a name has no value yet"};
  return frame_bytes(*plain, toward);
}

bool TextPackets::same(std::string_view expected, const Bytes& actual, Side toward) {
  bind_names(expected, decode_packet(actual, toward), names_);
  return read(expected, toward) == actual;
}

std::string TextPackets::show(const Bytes& frame, Side toward) const {
  return with_names(decode_packet(frame, toward), names_);
}

TestWorker::TestWorker(const TestPolicy& policy, std::vector<Stage> stages, Timer timer)
    : ground(policy),
      state(policy.global, 1, ground.secret, ground.keys, ground.stats, ground.meters,
            *ground.evidence),
      stages_(std::move(stages)),
      timer_(std::move(timer)) {}

std::vector<std::string> TestWorker::take(Side from, const std::vector<std::string>& lines) {
  std::vector<FrameBuffer> buffers;
  std::vector<Frame> frames;
  for (const std::string& line : lines) {
    buffers.emplace_back(text_.read(line, opposite(from)));
    frames.push_back(buffers.back().frame());
  }
  const std::vector<Frame> before = frames;
  std::vector<Decision> decisions(frames.size());
  burst_->start(from, frames, decisions);
  StageContext context{.state = state, .policy = ground.policy, .now = ground.now};
  for (const Stage& stage : stages_) stage(*burst_, context);

  std::vector<std::string> result;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_LE(frames[i].length, before[i].capacity);
    std::string text = decided(*burst_, i);
    const Side toward = text == "reply" ? from : opposite(from);
    const Bytes now{frames[i].data, frames[i].data + frames[i].length};
    const bool leaves = text == "open" || text == "forward" || text == "reply";
    if (leaves && now != text_.read(lines[i], opposite(from))) {
      text += ' ' + decode_packet(now, toward);
    }
    result.push_back(text);
  }
  return result;
}

void TestWorker::play_step(const Step& step) {
  const bool outside = !step.outside.empty();
  if (!outside && step.inside.empty()) {
    StageContext context{.state = state, .policy = ground.policy, .now = ground.now};
    if (timer_) timer_(context);
    return;
  }
  const Side from = outside ? Side::outside : Side::inside;
  const std::string text = take(from, {outside ? step.outside : step.inside}).front();
  const auto [verdict, packet] = split_first(text);
  const auto [wanted, wanted_packet] = split_first(step.becomes);
  if (verdict == "drop" || packet.empty() || wanted_packet.empty()) {
    EXPECT_EQ(text, step.becomes);
    return;
  }
  EXPECT_EQ(verdict, wanted);
  const Side toward = verdict == "reply" ? from : opposite(from);
  const Bytes bytes = frame_bytes(packet, toward);
  EXPECT_TRUE(text_.same(wanted_packet, bytes, toward))
      << "expected " << wanted_packet << "\n     got " << text_.show(bytes, toward);
}

void TestWorker::check_sent(const Step& step) {
  const auto packets = state.outbox.packets();
  std::string all;
  for (const Outbox::Packet& packet : packets) {
    const Bytes bytes(packet.bytes.begin(), packet.bytes.end());
    all += (packet.to == Side::outside ? "  outside " : "  inside ") +
           text_.show(bytes, packet.to) + "\n";
  }
  EXPECT_EQ(packets.size(), step.sent.size()) << all;
  for (std::size_t i = 0; i < std::min(packets.size(), step.sent.size()); ++i) {
    const auto [side, line] = split_first(step.sent[i]);
    const Bytes bytes(packets[i].bytes.begin(), packets[i].bytes.end());
    EXPECT_EQ(side, packets[i].to == Side::outside ? "outside" : "inside");
    EXPECT_TRUE(text_.same(line, bytes, packets[i].to))
        << "expected " << line << "\n     got " << text_.show(bytes, packets[i].to);
  }
  state.outbox.clear();
}

void TestWorker::play(const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    SCOPED_TRACE(
        "step " + std::to_string(i) + " at " + std::to_string(step.at_ms) + " ms: " +
        (step.outside.empty() ? "from inside " + step.inside : "from outside " + step.outside));
    ground.set_ms(step.at_ms);
    play_step(step);
    check_sent(step);
  }
}

}  // namespace sekimori::test
