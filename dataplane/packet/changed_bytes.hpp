#pragma once

#include <cstddef>
#include <cstdint>

#include "common/bytes.hpp"
#include "dataplane/packet/checksum.hpp"

namespace sekimori {

/// Bytes that a checksum covers and that are changed, with what follows from it for the checksum
/// (RFC 1624, equation 3, in parts).
class ChangedBytes {
 public:
  explicit ChangedBytes(std::uint8_t* covered) : covered_(covered) {}

  template <typename Word>
  [[nodiscard]] Word read(std::size_t offset) const {
    return load<Word>(covered_ + offset);
  }

  /// Adds to the number at `offset`, modulo 2^32.
  void add(std::size_t offset, std::uint32_t amount) {
    if (amount == 0) return;
    write(offset, be32{read<be32>(offset).host() + amount});
  }

  /// Words at odd offsets, which options may lie at, add to the sum with their bytes exchanged
  /// (RFC 1071, section 2 B).
  template <typename Word>
  void write(std::size_t offset, Word after) {
    const Word before = read<Word>(offset);
    store(covered_ + offset, after);
    if (offset % 2 == 0) {
      difference_ += checksum_complement(before.raw()) + after.raw();
    } else {
      difference_ += checksum_complement(swapped(before.raw())) + swapped(after.raw());
    }
  }

  /// What all changes add to the sum of the bytes.
  [[nodiscard]] std::uint64_t difference() const { return difference_; }

 private:
  static std::uint32_t swapped(std::uint32_t raw) {
    return (raw >> 8 & 0x00ff00ffU) | (raw << 8 & 0xff00ff00U);
  }

  std::uint8_t* covered_;
  std::uint64_t difference_ = 0;
};

}  // namespace sekimori
