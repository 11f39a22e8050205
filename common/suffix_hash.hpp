#pragma once

#include <cstdint>

namespace sekimori {

/// What a domain suffix is found by, in software and in hardware alike. `place` chooses where in a
/// table, `tag` tells the suffixes there apart; hardware uses the upper 16 bits of `place` as a
/// part of its tag.
struct SuffixHash {
  std::uint64_t place = 0;
  std::uint64_t tag = 0;

  friend bool operator==(const SuffixHash&, const SuffixHash&) = default;
};

}  // namespace sekimori
