#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"
#include "control/notify/notifier.hpp"

namespace sekimori {

/// When and where notices are made.
struct ComposeContext {
  const NotifyDirectory& directory;
  std::string node;
  std::uint64_t now_ms = 0;
};

/// A notice for everybody whom the incident concerns: the operators, the affected tenants, and at
/// its end all who have been `told` of it. Who is not among them is told that it opened. A
/// recipient whose address cannot be used gets a delivery that has failed, with the reason.
[[nodiscard]] std::vector<Delivery> compose_notices(const Incident& incident,
                                                    std::span<const Recipient> told,
                                                    const ComposeContext& context);

/// A test notice for every contact of the tenant; of the operators if it is empty. `nonce` makes
/// tests different from each other.
[[nodiscard]] std::vector<Delivery> compose_tests(const std::string& tenant,
                                                  const std::string& nonce,
                                                  const ComposeContext& context);

}  // namespace sekimori
