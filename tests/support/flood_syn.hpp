#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "tests/support/veth.hpp"

namespace sekimori::lab {

/// The attacker's addresses: set aside for tests of network devices (RFC 2544, RFC 6890), so nobody
/// can ever answer from there.
inline constexpr const char* spoofed_sources = "198.18.0.0/15";
inline constexpr std::uint32_t first_spoofed_source = 0xc6120000;
inline constexpr std::uint32_t spoofed_source_mask = 0x0001ffff;

/// A SYN for port 80 of an address at the lab's server with the option MSS, padded to Ethernet's
/// least length.
using FloodSyn = std::array<std::uint8_t, 60>;

/// Where its headers begin, and the length of the TCP header.
inline constexpr std::size_t flood_syn_ipv4 = 14;
inline constexpr std::size_t flood_syn_tcp = flood_syn_ipv4 + 20;
inline constexpr std::uint32_t flood_syn_tcp_length = 24;

/// What all SYNs of a flood from one port to another have in common: all but the source address,
/// port and sequence number, the IP identification and the two checksums, which are 0.
[[nodiscard]] FloodSyn common_flood_syn(const Port& from, const Port& to,
                                        const std::string& target);
/// The same for the lab's server itself.
[[nodiscard]] FloodSyn common_flood_syn(const Port& from, const Port& to);

/// The sums of RFC 1071, not yet folded, over what is there so far: the IP header; the TCP header
/// with its pseudo-header.
[[nodiscard]] std::uint32_t ipv4_sum(const FloodSyn& syn);
[[nodiscard]] std::uint32_t tcp_sum(const FloodSyn& syn);
/// The checksum of a sum.
[[nodiscard]] std::uint16_t checksum(std::uint32_t sum);

void store16(std::span<std::uint8_t> bytes, std::size_t at, unsigned value);
void store32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value);

}  // namespace sekimori::lab
