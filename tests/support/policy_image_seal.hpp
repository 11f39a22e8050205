#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sekimori::test {

// Where the header of a policy image keeps what makes a change visible.
inline constexpr std::size_t policy_image_bytes_offset = 16;
inline constexpr std::size_t policy_image_digest_offset = 24;
inline constexpr std::size_t policy_image_digest_bytes = 32;

/// Writes the right size and digest into the header of a changed image, so that a test reaches the
/// checks behind them.
inline void seal_policy_image(std::span<std::byte> image) {
  if (image.size() < policy_image_digest_offset + policy_image_digest_bytes) return;
  const std::uint64_t size = image.size();
  std::memcpy(image.data() + policy_image_bytes_offset, &size, sizeof(size));
  auto* bytes = reinterpret_cast<unsigned char*>(image.data());
  std::memset(bytes + policy_image_digest_offset, 0, policy_image_digest_bytes);
  unsigned char digest[policy_image_digest_bytes];
  crypto_generichash(digest, sizeof(digest), bytes, image.size(), nullptr, 0);
  std::memcpy(bytes + policy_image_digest_offset, digest, sizeof(digest));
}

}  // namespace sekimori::test
