#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

/// A 64-bit word as the sum of its halves, so that a packet's worth of them cannot overflow.
std::uint64_t halves(std::uint64_t word) {
  return (word & 0xffffffffU) + (word >> 32);
}

std::uint64_t address_sum(const Address& address) {
  if (address.is_ipv4()) return address.ipv4().raw();
  return halves(load<std::uint64_t>(address.bytes())) +
         halves(load<std::uint64_t>(address.bytes() + 8));
}

}  // namespace

std::uint64_t checksum_sum(const std::uint8_t* data, std::size_t length) {
  // Two accumulators keep the additions independent of each other.
  std::uint64_t even = 0;
  std::uint64_t odd = 0;
  for (; length >= 16; data += 16, length -= 16) {
    even += halves(load<std::uint64_t>(data));
    odd += halves(load<std::uint64_t>(data + 8));
  }
  std::uint64_t sum = even + odd;
  for (; length >= 2; data += 2, length -= 2) sum += load<std::uint16_t>(data);
  // A last odd byte counts as if a zero followed it.
  if (length == 1) sum += *data;
  return sum;
}

std::uint64_t pseudo_header_sum(const Address& source, const Address& destination,
                                std::uint8_t protocol, std::uint32_t length) {
  return address_sum(source) + address_sum(destination) + be32{length}.raw() + be16{protocol}.raw();
}

}  // namespace sekimori
