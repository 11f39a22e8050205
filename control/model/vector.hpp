#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/units.hpp"

namespace sekimori {

// The one list of the rates that are judged, each with a threshold of its own. Keys of the policy,
// records and metrics take their names from here.
//
// Every entry is X(name, unit, text).
#define SEKIMORI_VECTORS(X)                                                                 \
  X(packets, packets_per_s, "all packets")                                                  \
  X(bits, bits_per_s, "all bits, counted over whole frames")                                \
  X(syn, packets_per_s, "TCP SYNs")                                                         \
  X(tcp_flags, packets_per_s, "TCP segments that are no SYN")                               \
  X(udp, packets_per_s, "UDP packets")                                                      \
  X(icmp, packets_per_s, "ICMP packets")                                                    \
  X(fragments, packets_per_s, "IP fragments")                                               \
  X(dns_queries, packets_per_s, "UDP packets to port 53")                                   \
  X(other, packets_per_s, "packets of other protocols")                                     \
  X(new_connections, per_s, "connections whose client completed a handshake with a cookie") \
  X(new_sources, per_s, "sources that proved themselves and had not done so shortly before")

#define SEKIMORI_ENUMERATOR(name, unit, text) name,
#define SEKIMORI_ONE(name, unit, text) +1

enum class Vector : std::uint8_t { SEKIMORI_VECTORS(SEKIMORI_ENUMERATOR) };
inline constexpr std::size_t vector_count = 0 SEKIMORI_VECTORS(SEKIMORI_ONE);

#undef SEKIMORI_ENUMERATOR
#undef SEKIMORI_ONE

struct VectorText {
  std::string_view name;
  Unit unit;
  std::string_view text;
};

#define SEKIMORI_TEXT(name, unit, text) VectorText{#name, Unit::unit, text},
inline constexpr std::array<VectorText, vector_count> vector_texts{
    {SEKIMORI_VECTORS(SEKIMORI_TEXT)}};
#undef SEKIMORI_TEXT

[[nodiscard]] constexpr std::string_view name_of(Vector vector) {
  return vector_texts[static_cast<std::size_t>(vector)].name;
}

/// One number for each vector, in the vector's unit.
template <typename T>
class PerVector {
 public:
  [[nodiscard]] constexpr T& operator[](Vector v) { return values_[static_cast<std::size_t>(v)]; }
  [[nodiscard]] constexpr const T& operator[](Vector v) const {
    return values_[static_cast<std::size_t>(v)];
  }
  friend bool operator==(const PerVector&, const PerVector&) = default;

 private:
  std::array<T, vector_count> values_{};
};

[[nodiscard]] constexpr std::array<Vector, vector_count> all_vectors() {
  std::array<Vector, vector_count> all{};
  for (std::size_t i = 0; i < vector_count; ++i) all[i] = static_cast<Vector>(i);
  return all;
}

}  // namespace sekimori
