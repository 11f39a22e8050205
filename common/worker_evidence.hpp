#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "common/evidence.hpp"

namespace sekimori {

inline constexpr std::size_t stats_sample_slots = 1024;
inline constexpr std::size_t stats_source_slots = 4096;

/// A record that one thread writes and others read at any time, from other processes, too. The
/// writer never waits; a reader that meets it at work finds out and gets nothing. The version is
/// odd while the record changes (Boehm, "Can seqlocks get along with programming language memory
/// models?", MSPC 2012); words are stored and loaded one by one, so that there is no race.
template <typename Record>
class Published {
  static_assert(std::is_trivially_copyable_v<Record>);
  static_assert(sizeof(Record) % sizeof(std::uint64_t) == 0);

 public:
  /// Writer: replaces the record. `number` is from 1 on and never the same for two records that
  /// differ.
  void publish(std::uint64_t number, const Record& record) {
    Words words;
    std::memcpy(words.data(), &record, sizeof(record));
    __atomic_store_n(&version_, 2 * number - 1, __ATOMIC_RELAXED);
    for (std::size_t i = 0; i < words.size(); ++i) {
      __atomic_store_n(&words_[i], words[i], __ATOMIC_RELEASE);
    }
    __atomic_store_n(&version_, 2 * number, __ATOMIC_RELEASE);
  }

  /// Writer: the number and the record that it published last; 0 and an empty one at first.
  [[nodiscard]] std::uint64_t number() const { return version_ / 2; }
  [[nodiscard]] Record of_writer() const {
    Record record;
    std::memcpy(static_cast<void*>(&record), words_.data(), sizeof(record));
    return record;
  }

  /// Reader: the number of the record that `record` has become a copy of; 0 when there is none yet
  /// or the writer was at it.
  [[nodiscard]] std::uint64_t read(Record& record) const {
    const std::uint64_t version = __atomic_load_n(&version_, __ATOMIC_ACQUIRE);
    if (version % 2 != 0) return 0;
    Words words;
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = __atomic_load_n(&words_[i], __ATOMIC_ACQUIRE);
    }
    // A word of a later record would have brought that record's version with it.
    if (__atomic_load_n(&version_, __ATOMIC_RELAXED) != version) return 0;
    std::memcpy(static_cast<void*>(&record), words.data(), sizeof(record));
    return version / 2;
  }

 private:
  using Words = std::array<std::uint64_t, sizeof(Record) / sizeof(std::uint64_t)>;

  std::uint64_t version_ = 0;
  Words words_{};
};

/// What one worker shows of the traffic besides numbers. Written by that worker.
struct alignas(64) WorkerEvidence {
  struct alignas(64) Source : Published<SourceLoad> {};

  std::uint64_t samples_taken = 0;  ///< complete ones
  /// Sample n, from 0 on, is in place n modulo their number, with the number n + 1.
  alignas(64) std::array<Published<PacketSample>, stats_sample_slots> samples;
  /// In any order. An entry without connections, packets and bytes is free.
  std::array<Source, stats_source_slots> sources;

  /// Makes a sample visible, in place of the oldest.
  void add_sample(const PacketSample& sample) {
    samples[samples_taken % stats_sample_slots].publish(samples_taken + 1, sample);
    __atomic_store_n(&samples_taken, samples_taken + 1, __ATOMIC_RELEASE);
  }
};
static_assert(sizeof(WorkerEvidence::Source) == 64);
static_assert(sizeof(WorkerEvidence) % 64 == 0);

}  // namespace sekimori
