#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "dataplane/state/huge_pages.hpp"
#include "dataplane/state/suffix_fold.hpp"

namespace sekimori {

/// Domain suffixes, each with a value: the longest suffix of a name that is in the set decides, at
/// the boundaries of labels. Found by keyed hashes alone, so that whoever chooses the names cannot
/// choose collisions, and with the same hashes as hardware does. Immutable.
class SuffixSet {
 public:
  static constexpr std::uint16_t none = 0;
  /// Longer suffixes are refused, so a name costs at most this many lookups.
  static constexpr std::size_t max_depth = DnsName::kept_labels;

  struct Entry {
    DnsName suffix;
    std::uint16_t value = none;
  };

  SuffixSet() = default;

  /// Fails for a suffix with more than `max_depth` labels, one without a value, one that is given
  /// two values, and when the hashes of two suffixes cannot be told apart, for which another key is
  /// the cure.
  static tl::expected<SuffixSet, std::string> build(std::span<const Entry> entries,
                                                    const SipKey& key);

  /// The value of the longest suffix, or `none`.
  [[nodiscard]] std::uint16_t find(const DnsName& name) const;
  /// The same for a burst of at most `max_burst` names, which waits for memory once. `values` is as
  /// long as `names`.
  void find(std::span<const DnsName> names, std::span<std::uint16_t> values) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const { return buckets_.size() * sizeof(Bucket); }

 private:
  /// A cache line. A suffix that finds its bucket full goes to the next one, and the full one says
  /// so.
  struct alignas(64) Bucket {
    static constexpr std::size_t slots = 6;

    std::array<std::uint64_t, slots> tags{};
    std::array<std::uint16_t, slots> values{};  ///< none: the slot and those behind it are free
    bool overflowed = false;
  };
  static_assert(sizeof(Bucket) == 64);

  [[nodiscard]] bool has_depth(std::size_t labels) const {
    return (depths_ >> (labels - 1) & 1) != 0;
  }
  [[nodiscard]] std::size_t bucket_of(const SuffixHash& hash) const { return hash.place & mask_; }
  [[nodiscard]] std::uint16_t probe(SuffixHash hash) const;
  void insert(const SuffixHash& hash, std::uint16_t value);

  SipKey key_{};
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  std::uint32_t depths_ = 0;  ///< bit d - 1: there are suffixes of d labels
  HugePageVector<Bucket> buckets_ = HugePageVector<Bucket>(1);
};

}  // namespace sekimori
