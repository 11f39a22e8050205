#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "common/cookie_keys.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// Brings every packet to the worker that owns its pair of addresses, where the ports cannot.
/// Between each two workers lies one ring per side with one producer and one consumer. Packets of a
/// flow keep their order: they come in through one queue and cross one ring.
class Spreader {
 public:
  /// `key` keeps senders from choosing a worker.
  static tl::expected<Spreader, Failure> create(unsigned workers, const SipKey& key);

  /// Keeps of `burst` what belongs to `self`, at its front and in order, and hands the rest to
  /// their owners. Frames without IP addresses stay. Returns how many packets were kept;
  /// `lost` grows by those for which an owner had no room.
  std::size_t hand_over(Side side, unsigned self, std::span<rte_mbuf*> burst, std::size_t& lost);

  /// Fills `burst` from what worker `from` has handed to `self`; returns the number of packets.
  std::size_t take(Side side, unsigned from, unsigned self, std::span<rte_mbuf*> burst);

  [[nodiscard]] unsigned workers() const { return workers_; }

 private:
  struct FreeRing {
    void operator()(rte_ring* ring) const { rte_ring_free(ring); }
  };
  using Ring = std::unique_ptr<rte_ring, FreeRing>;

  Spreader(unsigned workers, const SipKey& key) : workers_(workers), key_(key) {}
  [[nodiscard]] unsigned owner(const rte_mbuf& packet, unsigned receiver) const;
  [[nodiscard]] rte_ring& ring(Side side, unsigned from, unsigned to) const;

  unsigned workers_;
  SipKey key_;
  std::vector<Ring> rings_;
};

}  // namespace sekimori
