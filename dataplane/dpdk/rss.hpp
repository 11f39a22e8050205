#pragma once

#include <rte_ethdev.h>

#include <array>
#include <cstdint>

namespace sekimori {

// Receive-side scaling on addresses alone, both directions alike. Ports are left out on purpose:
// fragments then follow their flow, and a source that has proved itself on one connection is known
// to the worker that sees its next one.

/// The packet types that are hashed. Types with ports in them are absent, so TCP and UDP are hashed
/// as plain IP.
inline constexpr std::uint64_t address_hash_types =
    RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER | RTE_ETH_RSS_IPV6 |
    RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_IPV6_EX;

/// The longest Toeplitz key that a driver takes.
inline constexpr std::size_t max_hash_key = 64;

/// A key of a repeated 16-bit pattern makes the Toeplitz hash symmetric (Woo and Park, "Scalable
/// TCP session monitoring with symmetric receive-side scaling", 2012).
[[nodiscard]] std::array<std::uint8_t, max_hash_key> symmetric_hash_key();

/// Whether the device can hash all IPv4 and IPv6 packets by address with our key and spread them
/// over `queues` queues.
[[nodiscard]] bool can_spread_symmetrically(const rte_eth_dev_info& info, unsigned queues);

}  // namespace sekimori
