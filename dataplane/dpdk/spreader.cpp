#include "dataplane/dpdk/spreader.hpp"

#include <rte_errno.h>

#include <cassert>
#include <string>

#include "dataplane/dpdk/address_hash.hpp"

namespace sekimori {

namespace {

/// Some bursts' worth: a worker that is further behind than that is overloaded, and more room would
/// only add delay.
constexpr unsigned ring_packets = 512;

}  // namespace

tl::expected<Spreader, Failure> Spreader::create(unsigned workers, const SipKey& key) {
  Spreader spreader{workers, key};
  const std::size_t rings = std::size_t{2} * workers * workers;
  for (std::size_t index = 0; index < rings; ++index) {
    const std::string name = "spread" + std::to_string(index);
    spreader.rings_.emplace_back(
        rte_ring_create(name.c_str(), ring_packets, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
    if (spreader.rings_.back() == nullptr) {
      return refused("--workers: no memory for the rings between workers: " +
                     std::string{rte_strerror(rte_errno)});
    }
  }
  return spreader;
}

rte_ring& Spreader::ring(Side side, unsigned from, unsigned to) const {
  return *rings_[(static_cast<std::size_t>(side) * workers_ + from) * workers_ + to];
}

unsigned Spreader::owner(const rte_mbuf& packet, unsigned receiver) const {
  const auto* data = rte_pktmbuf_mtod(&packet, const std::uint8_t*);
  const auto hash = address_hash({data, packet.data_len}, key_);
  if (!hash) return receiver;
  // The upper half scaled to the number of workers, which costs no division.
  return static_cast<unsigned>(((*hash >> 32) * workers_) >> 32);
}

std::size_t Spreader::hand_over(Side side, unsigned self, std::span<rte_mbuf*> burst,
                                std::size_t& lost) {
  assert(burst.size() <= max_burst);
  for (rte_mbuf* packet : burst) rte_prefetch0(rte_pktmbuf_mtod(packet, void*));
  std::array<std::uint8_t, max_burst> owners;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    owners[i] = static_cast<std::uint8_t>(owner(*burst[i], self));
  }

  std::array<void*, max_burst> handed;
  for (unsigned to = 0; to < workers_; ++to) {
    if (to == self) continue;
    unsigned count = 0;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      if (owners[i] == to) handed[count++] = burst[i];
    }
    if (count == 0) continue;
    const unsigned taken =
        rte_ring_sp_enqueue_burst(&ring(side, self, to), handed.data(), count, nullptr);
    for (unsigned i = taken; i < count; ++i) rte_pktmbuf_free(static_cast<rte_mbuf*>(handed[i]));
    lost += count - taken;
  }

  std::size_t kept = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    if (owners[i] == self) burst[kept++] = burst[i];
  }
  return kept;
}

std::size_t Spreader::take(Side side, unsigned from, unsigned self, std::span<rte_mbuf*> burst) {
  return rte_ring_sc_dequeue_burst(&ring(side, from, self), reinterpret_cast<void**>(burst.data()),
                                   static_cast<unsigned>(burst.size()), nullptr);
}

}  // namespace sekimori
