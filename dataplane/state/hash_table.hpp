#pragma once

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// A table of fixed capacity from keys to entries that never allocates after construction. Entries
/// lie in a slab and keep their index for life. An index of buckets, one cache line each, finds
/// them: every key has two buckets to be in. It goes to its first while that has room to spare,
/// else to the emptier one (Azar et al., "Balanced Allocations", 1994). The first counts what has
/// gone to the second instead, so a lookup touches one line besides the entry, and two where it is
/// crowded.
///
/// `Entry` has a member `key` with `==`. Callers pass the key's 64-bit hash, made with a secret
/// key, and never ask for a default key: it stands where there is no entry, so that an old
/// candidate is known by its key.
template <typename Entry>
class HashTable {
 public:
  using Key = decltype(Entry::key);
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::uint32_t elsewhere = 0xfffffffe;

  explicit HashTable(std::uint32_t capacity)
      : entries_(capacity),
        used_((capacity + 63) / 64),
        buckets_(std::bit_ceil(std::max(capacity / 4U, 2U))),
        mask_(static_cast<std::uint32_t>(buckets_.size()) - 1) {
    free_.reserve(capacity);
    for (std::uint32_t i = capacity; i > 0; --i) free_.push_back(i - 1);
  }

  [[nodiscard]] std::uint32_t capacity() const {
    return static_cast<std::uint32_t>(entries_.size());
  }
  [[nodiscard]] std::uint32_t size() const {
    return capacity() - static_cast<std::uint32_t>(free_.size());
  }
  [[nodiscard]] Entry& operator[](std::uint32_t index) { return entries_[index]; }
  [[nodiscard]] const Entry& operator[](std::uint32_t index) const { return entries_[index]; }

  /// Starts to fetch the line that a lookup of this hash will touch first.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&buckets_[first(hash)]); }

  /// The entry's index, or `none`.
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Key& key) const {
    const std::uint32_t tag = tag_of(hash);
    const Bucket& bucket = buckets_[first(hash)];
    const std::uint32_t found = find_in(bucket, tag, key);
    if (found != none || bucket.spilled == 0) return found;
    return find_in(buckets_[second(hash)], tag, key);
  }

  // A lookup in steps, for many at once: each fetches what the next one needs.

  /// The entry that a lookup of this hash will compare with first, which is nearly always the right
  /// one; `none` when it will find nothing; `elsewhere` when that takes another look.
  [[nodiscard]] std::uint32_t candidate(std::uint64_t hash) const {
    const Bucket& bucket = buckets_[first(hash)];
    const std::uint32_t found = candidate_in(bucket, tag_of(hash));
    if (found != none || bucket.spilled == 0) return found;
    __builtin_prefetch(&buckets_[second(hash)]);
    return elsewhere;
  }
  /// What was `elsewhere`.
  [[nodiscard]] std::uint32_t second_candidate(std::uint64_t hash) const {
    return candidate_in(buckets_[second(hash)], tag_of(hash));
  }

  /// Enters a key that is not in the table. The entry's other members have their defaults. `none`
  /// when the slab or both buckets are full.
  [[nodiscard]] std::uint32_t insert(std::uint64_t hash, const Key& key) {
    if (free_.empty()) return none;
    Bucket& home = buckets_[first(hash)];
    Bucket& other = buckets_[second(hash)];
    const bool spills = home.filled() > Bucket::roomy && other.filled() < home.filled();
    Bucket& bucket = spills ? other : home;
    const std::uint32_t open = bucket.slots_with(0);
    if (open == 0) return none;
    home.spilled += spills ? 1 : 0;
    const auto slot = static_cast<unsigned>(std::countr_zero(open));
    const std::uint32_t index = free_.back();
    free_.pop_back();
    bucket.tags[slot] = tag_of(hash);
    bucket.entries[slot] = index;
    entries_[index].key = key;
    used_[index / 64] |= std::uint64_t{1} << (index % 64);
    return index;
  }

  /// Removes the entry at `index`, whose key has this hash. All its members get their defaults.
  void erase(std::uint64_t hash, std::uint32_t index) {
    for (const std::uint32_t bucket : {first(hash), second(hash)}) {
      Bucket& b = buckets_[bucket];
      for (unsigned slot = 0; slot < Bucket::slots; ++slot) {
        if (b.tags[slot] == 0 || b.entries[slot] != index) continue;
        b.tags[slot] = 0;
        if (bucket != first(hash)) --buckets_[first(hash)].spilled;
        used_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
        entries_[index] = Entry{};
        free_.push_back(index);
        return;
      }
    }
  }

  /// Visits the entries in the next `count` places of the slab, rounded up to whole words of 64,
  /// going round. The visitor may erase what it is given. Empty stretches cost next to nothing.
  template <typename Visitor>
  void sweep(std::uint32_t count, Visitor&& visit) {
    const std::size_t words = std::min((std::size_t{count} + 63) / 64, used_.size());
    for (std::size_t i = 0; i < words; ++i) {
      const std::size_t word = cursor_;
      cursor_ = cursor_ + 1 == used_.size() ? 0 : cursor_ + 1;
      for (std::uint64_t left = used_[word]; left != 0; left &= left - 1) {
        visit(static_cast<std::uint32_t>(word * 64) +
              static_cast<std::uint32_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  struct alignas(64) Bucket {
    static constexpr unsigned slots = 7;
    static constexpr int roomy = 4;           ///< keys up to which no further one spills
    std::array<std::uint32_t, slots> tags{};  ///< 0 means free
    std::uint32_t spilled = 0;                ///< keys of this bucket that are in their second
    std::array<std::uint32_t, slots> entries{};

    /// A bit for each slot that holds `tag`.
    [[nodiscard]] std::uint32_t slots_with(std::uint32_t tag) const {
      using Tags [[gnu::vector_size((slots + 1) * sizeof(std::uint32_t))]] = std::uint32_t;
      Tags all;
      std::memcpy(&all, this, sizeof(all));  // with `spilled`, which is masked out
      const auto equal = reinterpret_cast<__m256>(all == tag);
      return static_cast<std::uint32_t>(_mm256_movemask_ps(equal)) & ((1U << slots) - 1);
    }
    [[nodiscard]] int filled() const {
      return static_cast<int>(slots) - std::popcount(slots_with(0));
    }
  };
  static_assert(sizeof(Bucket) == 64);

  [[nodiscard]] std::uint32_t find_in(const Bucket& bucket, std::uint32_t tag,
                                      const Key& key) const {
    for (std::uint32_t slots = bucket.slots_with(tag); slots != 0; slots &= slots - 1) {
      const std::uint32_t index = bucket.entries[static_cast<unsigned>(std::countr_zero(slots))];
      if (entries_[index].key == key) return index;
    }
    return none;
  }
  [[nodiscard]] std::uint32_t candidate_in(const Bucket& bucket, std::uint32_t tag) const {
    const std::uint32_t slots = bucket.slots_with(tag);
    if (slots == 0) return none;
    const std::uint32_t index = bucket.entries[static_cast<unsigned>(std::countr_zero(slots))];
    __builtin_prefetch(&entries_[index]);
    return index;
  }

  // The tag and the two bucket numbers come from different bits, so that knowing one tells nothing
  // of the others. Capacities up to 2^28 need at most 26 bits for a bucket number.
  [[nodiscard]] std::uint32_t first(std::uint64_t hash) const {
    return static_cast<std::uint32_t>(hash) & mask_;
  }
  [[nodiscard]] std::uint32_t second(std::uint64_t hash) const {
    return static_cast<std::uint32_t>(hash >> 32) & mask_;
  }
  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>((hash * 0x9e3779b97f4a7c15ULL) >> 32) | 1U;
  }

  HugePageVector<Entry> entries_;
  HugePageVector<std::uint64_t> used_;
  HugePageVector<std::uint32_t> free_;
  HugePageVector<Bucket> buckets_;
  std::uint32_t mask_;
  std::size_t cursor_ = 0;  ///< of the sweep, in words of `used_`
};

}  // namespace sekimori
