#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "hw/host/register_access.hpp"

namespace sekimori {

/// Which card, as a command line says it.
struct CardChoice {
  std::string place;    ///< a bitstream's file, or "unix:" and the socket of a simulated card
  unsigned device = 0;  ///< XRT's number of the card, for a bitstream
};

/// Opens the registers of the SYN cookie kernel of a card, which stays open with them. A card in a
/// slot is loaded with the bitstream first, if it has another one. The error says what is wrong and
/// what to do about it.
[[nodiscard]] tl::expected<std::shared_ptr<RegisterAccess>, std::string> open_syn_cookie_registers(
    const CardChoice& choice);

}  // namespace sekimori
