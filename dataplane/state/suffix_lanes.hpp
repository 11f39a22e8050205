#pragma once

// The fold of SuffixBurst over vectors of 64-bit lanes, for the files that compile it for one
// instruction set each, under the rules of siphash_lanes.hpp.

#include "dataplane/packet/siphash_lanes.hpp"
#include "dataplane/state/suffix_burst.hpp"

namespace sekimori {
namespace {

/// SipHash-1-3 of the labels from name `at` on. Those of fewer words keep their state while the
/// longer ones take theirs.
template <typename Vector, std::size_t Vectors>
[[gnu::always_inline]] inline void hash_labels(const SipKey& key,
                                               const SuffixBurst::Columns& columns, std::size_t at,
                                               Vector (&hash)[Vectors]) {
  using State = SipLanes<Vector, Vectors>;
  State state;
  for (std::size_t v = 0; v < Vectors; ++v) state.start(v, Vector{} + key.k0, Vector{} + key.k1);
  Vector word_count[Vectors];
  load_column(word_count, columns.word_count, at);
  for (std::size_t w = 0; w < columns.most_words; ++w) {
    const State before = state;
    Vector message[Vectors];
    load_column(message, columns.words[w], at);
    state.template absorb<1>(message);
    for (std::size_t v = 0; v < Vectors; ++v) {
      const auto has_word = word_count[v] > w;
      state.v0[v] = has_word ? state.v0[v] : before.v0[v];
      state.v1[v] = has_word ? state.v1[v] : before.v1[v];
      state.v2[v] = has_word ? state.v2[v] : before.v2[v];
      state.v3[v] = has_word ? state.v3[v] : before.v3[v];
    }
  }
  state.template finish<3>();
  for (std::size_t v = 0; v < Vectors; ++v) {
    hash[v] = state.v0[v] ^ state.v1[v] ^ state.v2[v] ^ state.v3[v];
  }
}

/// As SuffixFold does, from name `at` on.
template <typename Vector, std::size_t Vectors>
[[gnu::always_inline]] inline void fold_lanes(const SipKey& key, SuffixBurst::Columns& columns,
                                              std::size_t at) {
  Vector label[Vectors];
  hash_labels(key, columns, at, label);
  SipLanes<Vector, Vectors> state;
  load_column(state.v0, columns.state[0], at);
  load_column(state.v1, columns.state[1], at);
  load_column(state.v2, columns.state[2], at);
  load_column(state.v3, columns.state[3], at);
  state.template absorb<1>(label);
  store_column(columns.state[0], at, state.v0);
  store_column(columns.state[1], at, state.v1);
  store_column(columns.state[2], at, state.v2);
  store_column(columns.state[3], at, state.v3);
  state.template finish<3>();
  Vector place[Vectors];
  Vector tag[Vectors];
  for (std::size_t v = 0; v < Vectors; ++v) {
    place[v] = state.v0[v] ^ state.v1[v];
    tag[v] = state.v2[v] ^ state.v3[v];
  }
  store_column(columns.place[columns.depth - 1], at, place);
  store_column(columns.tag[columns.depth - 1], at, tag);
}

template <typename Vector>
void fold_burst(const SipKey& key, std::size_t count, SuffixBurst::Columns& columns) {
  constexpr std::size_t step = 2 * sizeof(Vector) / sizeof(std::uint64_t);
  static_assert(max_burst % step == 0);
  for (std::size_t at = 0; at < count; at += step) fold_lanes<Vector, 2>(key, columns, at);
}

}  // namespace
}  // namespace sekimori
