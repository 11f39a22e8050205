#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/cookie_keys.hpp"

namespace sekimori {

/// Hashes the unordered pair of addresses of an Ethernet frame, so that both directions of a flow
/// hash alike; empty for frames that are not IP or end too early. A card's metadata and up to two
/// VLAN tags are skipped.
/// An ICMP error counts as the packet that it quotes, because it concerns that packet's flow.
///
/// Ports are left out on purpose. Fragments, of which only the first carries ports, then follow
/// their flow, and all connections of one client to one server meet in one worker, which knows
/// whether that client has proved itself. The price is that one pair of addresses cannot use more
/// than one worker.
[[nodiscard]] std::optional<std::uint64_t> address_hash(std::span<const std::uint8_t> frame,
                                                        const SipKey& key);

}  // namespace sekimori
