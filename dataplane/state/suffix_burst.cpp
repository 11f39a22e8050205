#include "dataplane/state/suffix_burst.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "dataplane/state/suffix_fold.hpp"
#include "dataplane/state/suffix_kernels.hpp"
#include "dataplane/state/suffix_lanes.hpp"

namespace sekimori {
namespace {

/// Vectors of one lane are registers of the integer unit; every CPU that runs the program has
/// AVX2.
using OneLane [[gnu::vector_size(8)]] = std::uint64_t;
using FourLanes [[gnu::vector_size(32)]] = std::uint64_t;

SuffixBurst::Function function_of(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      break;
    case SimdLevel::avx2:
      return fold_burst<FourLanes>;
    case SimdLevel::avx512:
      return suffix_fold_avx512;
  }
  return fold_burst<OneLane>;
}

}  // namespace

SuffixBurst::SuffixBurst(const SipKey& key, SimdLevel level)
    : key_(key), function_(function_of(level)) {}

void SuffixBurst::start(std::span<const DnsName> names) {
  assert(names.size() <= max_burst);
  names_ = names;
  columns_.depth = 0;
  const SipState empty = SuffixFold::empty(key_);
  const std::uint64_t words[]{empty.v0, empty.v1, empty.v2, empty.v3};
  for (std::size_t v = 0; v < std::size(words); ++v) std::ranges::fill(columns_.state[v], words[v]);
}

void SuffixBurst::take_label(std::size_t i) {
  const LabelWords label{names_[i].label_from_right(columns_.depth)};
  // Most labels have up to three words.
  constexpr std::size_t usual_words = 3;
  const std::size_t words = std::max(label.count, usual_words);
  for (std::size_t w = 0; w < words; ++w) columns_.words[w][i] = label.word(w);
  columns_.word_count[i] = label.count;
  columns_.most_words = std::max(columns_.most_words, label.count);
}

void SuffixBurst::next() {
  columns_.most_words = 0;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (columns_.depth < names_[i].kept()) {
      take_label(i);
    } else {
      columns_.word_count[i] = 0;
    }
  }
  ++columns_.depth;
  function_(key_, names_.size(), columns_);
}

}  // namespace sekimori
