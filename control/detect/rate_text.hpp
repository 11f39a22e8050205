#pragma once

#include <string>

#include "control/model/vector.hpp"

namespace sekimori {

/// "12,345 packets/s", "1.25 Gbit/s", "340 connections/s": for people.
[[nodiscard]] std::string rate_text(Vector vector, double rate);

/// "12,345".
[[nodiscard]] std::string count_text(double count);

/// "97 %" of a share of 1; "0.4 %" below 10 %.
[[nodiscard]] std::string percent_text(double share);

}  // namespace sekimori
