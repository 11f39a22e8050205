#include "dataplane/state/suffix_set.hpp"

#include <algorithm>
#include <bit>

#include "dataplane/state/suffix_burst.hpp"

namespace sekimori {
namespace {

/// Suffixes a bucket has on average at most. At 4 of 6 slots one bucket in ten overflows.
constexpr std::size_t mean_load = 4;

struct Hashed {
  SuffixHash hash;
  const SuffixSet::Entry* entry = nullptr;
};

bool same_name(const DnsName& a, const DnsName& b) {
  return std::ranges::equal(std::span{a.bytes}.first(a.length), std::span{b.bytes}.first(b.length));
}

/// What is wrong with one entry, or nothing.
std::string complaint(const SuffixSet::Entry& entry) {
  if (entry.suffix.labels == 0) return "a suffix needs at least one label";
  if (entry.suffix.labels > SuffixSet::max_depth) {
    return "the suffix " + entry.suffix.to_text() + " has " + std::to_string(entry.suffix.labels) +
           " labels; at most " + std::to_string(SuffixSet::max_depth) + " are looked at";
  }
  if (entry.value == SuffixSet::none) {
    return "the suffix " + entry.suffix.to_text() + " has the value 0, which stands for no suffix";
  }
  return {};
}

/// What is wrong with two entries whose tags are equal, or nothing if they say the same.
std::string complaint(const SuffixSet::Entry& a, const SuffixSet::Entry& b) {
  if (!same_name(a.suffix, b.suffix)) {
    return "the suffixes " + a.suffix.to_text() + " and " + b.suffix.to_text() +
           " have the same hash; build the set with another key";
  }
  if (a.value != b.value) {
    return "the suffix " + a.suffix.to_text() + " is given two values, " + std::to_string(a.value) +
           " and " + std::to_string(b.value);
  }
  return {};
}

}  // namespace

tl::expected<SuffixSet, std::string> SuffixSet::build(std::span<const Entry> entries,
                                                      const SipKey& key) {
  std::vector<Hashed> hashed;
  hashed.reserve(entries.size());
  SuffixSet set;
  set.key_ = key;
  for (const Entry& entry : entries) {
    if (std::string wrong = complaint(entry); !wrong.empty())
      return tl::unexpected{std::move(wrong)};
    const SuffixHashes hashes{key, entry.suffix};
    hashed.push_back({.hash = hashes.of[hashes.count - 1], .entry = &entry});
    set.depths_ |= 1U << (entry.suffix.labels - 1);
  }
  std::ranges::sort(hashed, {}, [](const Hashed& h) { return h.hash.tag; });
  for (std::size_t i = 1; i < hashed.size(); ++i) {
    if (hashed[i].hash.tag != hashed[i - 1].hash.tag) continue;
    std::string wrong = complaint(*hashed[i - 1].entry, *hashed[i].entry);
    if (!wrong.empty()) return tl::unexpected{std::move(wrong)};
  }
  const auto same_tag = [](const Hashed& a, const Hashed& b) { return a.hash.tag == b.hash.tag; };
  hashed.erase(std::unique(hashed.begin(), hashed.end(), same_tag), hashed.end());

  set.size_ = hashed.size();
  set.buckets_.resize(std::bit_ceil(set.size_ / mean_load + 1));
  set.mask_ = set.buckets_.size() - 1;
  for (const Hashed& one : hashed) set.insert(one.hash, one.entry->value);
  return set;
}

void SuffixSet::insert(const SuffixHash& hash, std::uint16_t value) {
  for (std::size_t at = bucket_of(hash);; at = (at + 1) & mask_) {
    Bucket& bucket = buckets_[at];
    const auto free = std::ranges::find(bucket.values, none);
    if (free == bucket.values.end()) {
      bucket.overflowed = true;
      continue;
    }
    *free = value;
    bucket.tags[static_cast<std::size_t>(free - bucket.values.begin())] = hash.tag;
    return;
  }
}

std::uint16_t SuffixSet::probe(SuffixHash hash) const {
  for (std::size_t at = bucket_of(hash);; at = (at + 1) & mask_) {
    const Bucket& bucket = buckets_[at];
    // All are compared, as a CPU could not foresee which one it is.
    unsigned equal = 0;
    for (std::size_t i = 0; i < Bucket::slots; ++i) {
      equal |= static_cast<unsigned>(bucket.tags[i] == hash.tag) << i;
    }
    // A free slot has a tag of 0 and the value `none`, so it needs no question of its own.
    if (equal != 0) return bucket.values[static_cast<std::size_t>(std::countr_zero(equal))];
    if (!bucket.overflowed) return none;
  }
}

std::uint16_t SuffixSet::find(const DnsName& name) const {
  const SuffixHashes hashes{key_, name};
  for (std::size_t labels = hashes.count; labels > 0; --labels) {
    if (!has_depth(labels)) continue;
    if (const std::uint16_t found = probe(hashes.of[labels - 1]); found != none) return found;
  }
  return none;
}

void SuffixSet::find(std::span<const DnsName> names, std::span<std::uint16_t> values) const {
  SuffixBurst burst{key_};
  burst.start(names);
  const auto deepest = static_cast<std::size_t>(std::bit_width(depths_));
  for (std::size_t labels = 1; labels <= deepest; ++labels) {
    burst.next();
    if (!has_depth(labels)) continue;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (labels > names[i].labels) continue;
      __builtin_prefetch(&buckets_[bucket_of(burst.hash(i, labels))]);
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    values[i] = none;
    for (std::size_t labels = std::min(names[i].kept(), deepest); labels > 0; --labels) {
      if (!has_depth(labels)) continue;
      values[i] = probe(burst.hash(i, labels));
      if (values[i] != none) break;
    }
  }
}

}  // namespace sekimori
