#pragma once

#include <string>
#include <vector>

#include "tests/demo/phase.hpp"

namespace sekimori::demo {

/// What the original appliance had: all tenants are one object with one threshold.
std::string global_threshold_policy(const std::vector<std::string>& addresses,
                                    std::uint32_t threshold_pps);

/// Where the notices of the demo go.
struct NoticePlaces {
  std::string smtp;     ///< URL of a mail server
  std::string webhook;  ///< URL at which the operators' webhook answers
};

/// An object, a threshold and a contact for each tenant; nothing is authenticated beforehand.
std::string keeper_policy(const std::vector<std::string>& addresses, const NoticePlaces& notices);

}  // namespace sekimori::demo
