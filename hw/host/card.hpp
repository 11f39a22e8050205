#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hw/host/register_access.hpp"

namespace sekimori {

/// The kernels of a card, by the instance names that its link configuration gives them.
enum class CardKernel : std::uint8_t { mm2s, syn_cookie, dns_suffix, s2mm_on, s2mm_back };
inline constexpr std::array card_kernels{CardKernel::mm2s, CardKernel::syn_cookie,
                                         CardKernel::dns_suffix, CardKernel::s2mm_on,
                                         CardKernel::s2mm_back};

struct CardKernelName {
  std::string_view kernel;
  std::string_view instance;
};

[[nodiscard]] constexpr CardKernelName name(CardKernel kernel) {
  switch (kernel) {
    case CardKernel::mm2s:
      return {"packet_mm2s", "packet_mm2s_1"};
    case CardKernel::syn_cookie:
      return {"syn_cookie", "syn_cookie_1"};
    case CardKernel::dns_suffix:
      return {"dns_suffix", "dns_suffix_1"};
    case CardKernel::s2mm_on:
      return {"packet_s2mm", "packet_s2mm_1"};
    case CardKernel::s2mm_back:
      return {"packet_s2mm", "packet_s2mm_2"};
  }
  return {};
}

/// A part of a card's memory that one of its kernels reads or writes.
class CardBuffer {
 public:
  virtual ~CardBuffer() = default;
  [[nodiscard]] virtual std::uint64_t address() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  virtual void write(std::size_t offset, std::span<const std::uint8_t> bytes) = 0;
  virtual void read(std::size_t offset, std::span<std::uint8_t> bytes) = 0;
};

/// A card, wherever it is: in a slot, in XRT's emulation or in a bench.
class Card {
 public:
  virtual ~Card() = default;
  /// Whether the card's bitstream has the kernel; the rest is only for those that it has.
  [[nodiscard]] virtual bool has(CardKernel kernel) const = 0;
  [[nodiscard]] virtual RegisterAccess& registers(CardKernel kernel) = 0;
  /// The buffer of packet_mm2s or of one of the packet_s2mm, for as long as the card is open.
  [[nodiscard]] virtual CardBuffer& buffer(CardKernel kernel) = 0;
};

}  // namespace sekimori
