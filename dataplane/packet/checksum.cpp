#include "dataplane/packet/checksum.hpp"

namespace sekimori {

std::uint64_t checksum_sum_long(const std::uint8_t* data, std::size_t length) {
  // 32-bit words in 64-bit sums cannot overflow, and the compiler adds several at once.
  std::uint64_t sum = 0;
  const std::size_t words = length / 4;
  for (std::size_t i = 0; i < words; ++i) sum += load<std::uint32_t>(data + 4 * i);
  return checksum_halves(sum) + checksum_sum(data + 4 * words, length % 4);
}

}  // namespace sekimori
