#include "control/diagnose/sample_memory.hpp"

#include <algorithm>

namespace sekimori {

void SampleMemory::add(std::span<const PacketSample> samples, std::uint64_t monotonic_ms) {
  while (!kept_.empty() && monotonic_ms - kept_.front().at_ms > keep_ms) kept_.pop_front();
  if (samples.size() > max_samples) samples = samples.last(max_samples);
  for (const PacketSample& sample : samples) {
    if (kept_.size() >= max_samples) kept_.pop_front();
    PacketSample copy = sample;
    const std::size_t most = PacketSample::max_captured;
    copy.captured_bytes =
        static_cast<std::uint16_t>(std::min<std::size_t>(copy.captured_bytes, most));
    copy.weight = std::max(copy.weight, 1U);
    kept_.push_back(
        {.at_ms = monotonic_ms, .sample = copy, .packet = read_packet(copy.captured())});
  }
}

std::vector<const KeptSample*> SampleMemory::of(std::span<const std::uint32_t> objects) const {
  std::vector<const KeptSample*> found;
  for (const KeptSample& kept : kept_) {
    if (std::ranges::binary_search(objects, kept.sample.object_slot)) found.push_back(&kept);
  }
  return found;
}

void PassedShares::count(const SampleMemory& memory, std::uint64_t monotonic_ms) {
  constexpr std::uint64_t window_ms = 1'000;
  for (const std::uint32_t object : touched_) tallies_[object] = {};
  touched_.clear();
  for (const KeptSample& kept : memory.all()) {
    const std::uint32_t object = kept.sample.object_slot;
    if (object >= tallies_.size() || monotonic_ms - kept.at_ms > window_ms) continue;
    touched_.push_back(object);
    Tally& tally = tallies_[object][static_cast<std::size_t>(kept.packet.kind)];
    const Verdict verdict = kept.sample.verdict;
    const bool passes = verdict == Verdict::forward || verdict == Verdict::hold;
    ++tally.samples;
    tally.all += kept.sample.weight;
    if (passes) tally.passed += kept.sample.weight;
  }
}

double PassedShares::share_of(const Tally& tally) {
  constexpr std::uint32_t least_samples = 8;
  return tally.samples < least_samples ? -1 : tally.passed / tally.all;
}

double PassedShares::share(std::size_t object, PacketClass kind) const {
  return share_of(tallies_[object][static_cast<std::size_t>(kind)]);
}

double PassedShares::share_of_segments(std::size_t object) const {
  Tally sum;
  for (const PacketClass kind : {PacketClass::ack, PacketClass::rst, PacketClass::fin}) {
    const Tally& tally = tallies_[object][static_cast<std::size_t>(kind)];
    sum.samples += tally.samples;
    sum.all += tally.all;
    sum.passed += tally.passed;
  }
  return share_of(sum);
}

}  // namespace sekimori
