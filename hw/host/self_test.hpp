#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "common/policy_image.hpp"
#include "common/suffix_hash.hpp"
#include "hw/host/card.hpp"

namespace sekimori {

/// A frame and what a card has to make of it under the self-test's policy; bytes in hexadecimal.
struct SelfTestVector {
  std::string_view what;
  std::string_view frame;
  std::string_view on;    ///< towards the host, with metadata; or
  std::string_view back;  ///< back to the wire
};

// What the vectors were made with.
inline constexpr std::uint64_t self_test_unix_ms = 1'700'000'012'345;
inline constexpr SipKey self_test_suffix_key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};
inline constexpr std::uint16_t self_test_suffix_value = 0x1234;
[[nodiscard]] MasterSecret self_test_secret();
/// One protected object, 192.0.2.0/24 and 2001:db8::/32, with the proxy.
[[nodiscard]] PolicyContents self_test_policy();

/// Sends known frames through the kernels of a card and compares what comes out with what software
/// made of them, byte by byte. Overwrites the card's tables and keys, and leaves it switched off.
/// Returns the number of frames, or what is wrong.
[[nodiscard]] tl::expected<std::size_t, std::string> run_self_test(Card& card);

}  // namespace sekimori
