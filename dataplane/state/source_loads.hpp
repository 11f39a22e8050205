#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/worker_evidence.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// The sources that send most to each object, among those that have proved their addresses. Of a
/// fixed size: a key has one set of places, and where all are taken the smallest makes way.
///
/// What makes way is decided by the Space-Saving algorithm (Metwally, Agrawal and El Abbadi,
/// "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005), in which a
/// newcomer inherits the weight of what it replaces. So a source with more than one in `ways` of
/// the packets of its set is in the table. What the table shows is another number: what the source
/// has sent since it was entered, never more.
class SourceLoads {
 public:
  static constexpr std::size_t ways = 8;

  /// `shown` is where readers find the table; it outlives this.
  SourceLoads(const SipKey& key, WorkerEvidence& shown);

  /// Hash of a source alone; whoever has many makes them with `key` over `message`.
  [[nodiscard]] const SipKey& key() const { return key_; }
  [[nodiscard]] static std::array<std::uint64_t, 2> message(const Address& source) {
    return {source.high(), source.is_ipv4() ? source.low() : 0};
  }
  [[nodiscard]] std::uint64_t hash(const Address& source) const {
    return siphash<1, 3>(key_, message(source));
  }

  /// Connections bring far more segments than need be counted: those of one burst in so many are,
  /// by chance, and each for so many.
  static constexpr std::uint64_t one_burst_in = 32;
  [[nodiscard]] bool takes_burst();

  struct Amount {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t connections = 0;
  };
  /// Counts what a source has sent to an object. Returns whether it was not in the table.
  bool add(std::uint64_t source_hash, const Address& source, std::uint32_t object_slot,
           const Amount& amount);

  /// Lets old weights fade, so that sources of now can take the places of sources of before; to be
  /// called about every millisecond. A weight is halved every 8 seconds.
  void age(std::uint64_t now_ms);

 private:
  static constexpr std::size_t set_count = stats_source_slots / ways;
  static constexpr std::uint64_t ms_per_set = 16;
  static_assert(set_count * ms_per_set == 8'192);

  struct alignas(64) Set {
    std::array<std::uint32_t, ways> tags{};     ///< 0 is free
    std::array<std::uint32_t, ways> weights{};  ///< packets, by Space-Saving
  };
  static_assert(sizeof(Set) == 64);

  [[nodiscard]] std::size_t find(std::size_t set, std::uint32_t tag, const Address& source,
                                 std::uint32_t object_slot) const;
  static void halve(Set& set);

  SipKey key_;
  WorkerEvidence& shown_;
  HugePageVector<Set> sets_;
  std::uint64_t chances_ = 0;  ///< a few bits for each burst to come, and a mark
  std::uint64_t counter_ = 0;
  std::uint64_t next_age_ = 0;  ///< the set that is aged next, counted on without end
};

}  // namespace sekimori
