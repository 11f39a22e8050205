#include "hw/host/xrt_registers.hpp"

#include "hw/host/xrt_card.hpp"

namespace sekimori {

tl::expected<std::shared_ptr<RegisterAccess>, std::string> open_xrt_registers(
    unsigned device, const std::string& xclbin) {
  auto opened = XrtCard::open(device, xclbin);
  if (!opened) return tl::unexpected{std::move(opened.error())};
  const std::shared_ptr<XrtCard> card = std::move(*opened);
  if (!card->has(CardKernel::syn_cookie)) {
    return tl::unexpected{"the bitstream has no " +
                          std::string{name(CardKernel::syn_cookie).instance} +
                          "; link it with hw/package/traffic.cfg"};
  }
  return std::shared_ptr<RegisterAccess>{card, &card->registers(CardKernel::syn_cookie)};
}

}  // namespace sekimori
