#pragma once

#include "dataplane/stages/burst.hpp"
#include "dataplane/state/syn_cookie.hpp"

namespace sekimori {

// What a card in front of the outside port has done already, which its metadata say. A card knows
// the hash of connections, whose key nobody outside has; so metadata that name the right hash are
// the card's, even where something lets frames pass by the card. Both are for bursts with marks.

/// What a handshake agrees on, and its slot, as metadata have them.
struct CardAgreement {
  std::uint8_t agreed = 0;
  std::uint8_t cookie_slot = 0;

  CardAgreement(const AgreedOptions& options, std::uint64_t slot);
};

/// Counts what the marks say, sends a card's answers to SYNs back, credits objects with the SYNs
/// that the card has answered, and drops frames whose metadata are invalid. All frames are parsed,
/// and none is decided on.
void follow_marks(Burst& burst, StageContext& context);

/// Takes those of the acknowledgements as checked, with the cookie right, that the card has found
/// right. Of a cookie that the card has found wrong, or whose slot or agreement it reads otherwise,
/// software is the judge: a card that missed a key must not shut clients out. Returns those taken.
[[nodiscard]] std::uint64_t take_card_cookies(Burst& burst, StageContext& context,
                                              std::uint64_t acknowledgements);

}  // namespace sekimori
