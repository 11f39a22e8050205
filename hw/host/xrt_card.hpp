#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "hw/host/card.hpp"

namespace sekimori {

/// A card reached through XRT: one in a slot, or in XRT's hardware emulation.
class XrtCard : public Card {
 public:
  /// Opens card number `device`, loads the bitstream if it is not there yet, and opens its
  /// kernels.
  /// Messages say what is wrong and what to do about it.
  static tl::expected<std::unique_ptr<XrtCard>, std::string> open(unsigned device,
                                                                  const std::string& xclbin);
  ~XrtCard() override;
  XrtCard(const XrtCard&) = delete;
  XrtCard& operator=(const XrtCard&) = delete;

  [[nodiscard]] bool has(CardKernel kernel) const override;
  [[nodiscard]] RegisterAccess& registers(CardKernel kernel) override;
  /// Buffers of 1 MiB, in the memory that the kernel is linked to.
  [[nodiscard]] CardBuffer& buffer(CardKernel kernel) override;

  /// What the card calls itself, and the name of the loaded bitstream.
  [[nodiscard]] std::string device_name() const;
  [[nodiscard]] std::string bitstream_id() const;

 private:
  struct Parts;
  explicit XrtCard(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace sekimori
