#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace sekimori::lab {

/// Bytes without a pattern, so that a segment at the wrong place is found; the same for the same
/// seed.
inline std::string arbitrary_bytes(std::size_t count, unsigned seed = 1) {
  std::mt19937 random{seed};
  std::string bytes(count, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random() >> 24);
  }
  return bytes;
}

}  // namespace sekimori::lab
