#pragma once

#include "common/policy_image.hpp"
#include "dataplane/state/syn_cookie.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/golden.hpp"

namespace sekimori {

/// A policy with every case that the kernel tells apart: both families, prefixes in prefixes, ports
/// with modes of their own, modes that software keeps, sources that are left to it. `variant`
/// changes the modes and what servers offer.
[[nodiscard]] PolicyContents bench_policy(unsigned variant);

/// An address that the policy says something about, most of the time.
[[nodiscard]] Address bench_destination(Random& random, bool ipv6);

/// A frame for the kernel: SYNs, segments that bring cookies back, right and wrong ones, other
/// traffic, damaged frames.
[[nodiscard]] Bytes bench_frame(Random& random, const Golden& golden);

/// A SYN with the options that Linux sends, 74 bytes over IPv4.
[[nodiscard]] Bytes linux_syn(Random& random, const Address& destination, std::uint16_t port);

}  // namespace sekimori
