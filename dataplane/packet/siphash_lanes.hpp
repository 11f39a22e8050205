#pragma once

// SipHash over vectors of 64-bit lanes, for the files that compile it for one instruction set each.
// Everything has internal linkage and nothing of the standard library is called, so that no
// function with instructions that some CPU lacks can be linked into other code.

#include <cstddef>
#include <cstdint>

#include "dataplane/packet/siphash_burst.hpp"

namespace sekimori {
namespace {

template <int Bits, typename Vector>
[[gnu::always_inline]] inline Vector rotated(Vector v) {
  return v << Bits | v >> (64 - Bits);
}

/// The states of `Vectors` times as many hashes as a vector has lanes. They are independent, so the
/// CPU works on the rounds of all of them at the same time.
template <typename Vector, std::size_t Vectors>
struct SipLanes {
  static constexpr std::size_t lanes = sizeof(Vector) / sizeof(std::uint64_t);

  Vector v0[Vectors];
  Vector v1[Vectors];
  Vector v2[Vectors];
  Vector v3[Vectors];

  [[gnu::always_inline]] void start(std::size_t v, const Vector& k0, const Vector& k1) {
    v0[v] = k0 ^ 0x736f6d6570736575U;
    v1[v] = k1 ^ 0x646f72616e646f6dU;
    v2[v] = k0 ^ 0x6c7967656e657261U;
    v3[v] = k1 ^ 0x7465646279746573U;
  }
  [[gnu::always_inline]] void round() {
    for (std::size_t v = 0; v < Vectors; ++v) v0[v] += v1[v];
    for (std::size_t v = 0; v < Vectors; ++v) v2[v] += v3[v];
    for (std::size_t v = 0; v < Vectors; ++v) v1[v] = rotated<13>(v1[v]) ^ v0[v];
    for (std::size_t v = 0; v < Vectors; ++v) v3[v] = rotated<16>(v3[v]) ^ v2[v];
    for (std::size_t v = 0; v < Vectors; ++v) v0[v] = rotated<32>(v0[v]) + v3[v];
    for (std::size_t v = 0; v < Vectors; ++v) v2[v] += v1[v];
    for (std::size_t v = 0; v < Vectors; ++v) v3[v] = rotated<21>(v3[v]) ^ v0[v];
    for (std::size_t v = 0; v < Vectors; ++v) v1[v] = rotated<17>(v1[v]) ^ v2[v];
    for (std::size_t v = 0; v < Vectors; ++v) v2[v] = rotated<32>(v2[v]);
  }
  template <int Rounds>
  [[gnu::always_inline]] void absorb(const Vector (&message)[Vectors]) {
    for (std::size_t v = 0; v < Vectors; ++v) v3[v] ^= message[v];
    for (int i = 0; i < Rounds; ++i) round();
    for (std::size_t v = 0; v < Vectors; ++v) v0[v] ^= message[v];
  }
  template <int Rounds>
  [[gnu::always_inline]] void finish() {
    for (std::size_t v = 0; v < Vectors; ++v) v2[v] ^= 0xff;
    for (int i = 0; i < Rounds; ++i) round();
  }
};

/// The elements of a column from `at` on, and back.
template <typename Vector, std::size_t Vectors>
[[gnu::always_inline]] inline void load_column(Vector (&to)[Vectors], const std::uint64_t* column,
                                               std::size_t at) {
  __builtin_memcpy(&to, column + at, sizeof(to));
}
template <typename Vector, std::size_t Vectors>
[[gnu::always_inline]] inline void store_column(std::uint64_t* column, std::size_t at,
                                                const Vector (&from)[Vectors]) {
  __builtin_memcpy(column + at, &from, sizeof(from));
}

/// `Vectors` times as many messages as a vector has lanes, from message `at` on.
template <typename Vector, int Compression, int Finalization, std::size_t Vectors>
[[gnu::always_inline]] inline void hash_lanes(const SipHashBurst::Keys& keys,
                                              const std::uint64_t* words, std::size_t word_count,
                                              std::size_t at, std::uint64_t* hashes) {
  using State = SipLanes<Vector, Vectors>;
  State state;
  Vector numbers;
  for (std::size_t lane = 0; lane < State::lanes; ++lane) numbers[lane] = lane;
  for (std::size_t v = 0; v < Vectors; ++v) {
    const Vector shift = numbers + (at + v * State::lanes);
    const Vector is_second = -(keys.with_second >> shift & 1);  // all ones or all zeros
    const Vector k0 = keys.first->k0 ^ (is_second & (keys.first->k0 ^ keys.second->k0));
    const Vector k1 = keys.first->k1 ^ (is_second & (keys.first->k1 ^ keys.second->k1));
    state.start(v, k0, k1);
  }
  for (std::size_t w = 0; w < word_count; ++w) {
    Vector message[Vectors];
    load_column(message, words + w * max_burst, at);
    state.template absorb<Compression>(message);
  }
  state.template finish<Finalization>();
  Vector hash[Vectors];
  for (std::size_t v = 0; v < Vectors; ++v) {
    hash[v] = state.v0[v] ^ state.v1[v] ^ state.v2[v] ^ state.v3[v];
  }
  store_column(hashes, at, hash);
}

/// Four vectors at a time while there is enough for more than two, then as few as do.
template <typename Vector, int Compression, int Finalization>
void hash_burst(const SipHashBurst::Keys& keys, const std::uint64_t* words, std::size_t word_count,
                std::size_t count, std::uint64_t* hashes) {
  constexpr std::size_t lanes = sizeof(Vector) / sizeof(std::uint64_t);
  std::size_t at = 0;
  for (; at + 2 * lanes < count; at += 4 * lanes) {
    hash_lanes<Vector, Compression, Finalization, 4>(keys, words, word_count, at, hashes);
  }
  if (at + lanes < count) {
    hash_lanes<Vector, Compression, Finalization, 2>(keys, words, word_count, at, hashes);
  } else if (at < count) {
    hash_lanes<Vector, Compression, Finalization, 1>(keys, words, word_count, at, hashes);
  }
}

}  // namespace
}  // namespace sekimori
