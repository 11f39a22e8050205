#pragma once

#include "control/notify/phrases.hpp"

namespace sekimori {

extern const Phrases english_phrases;
extern const Phrases japanese_phrases;

}  // namespace sekimori
