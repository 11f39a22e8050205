#pragma once

#include <string>
#include <vector>

#include "control/api/problem.hpp"
#include "control/model/delivery.hpp"

namespace sekimori::test {

[[nodiscard]] Json fake_policy_version(std::uint64_t version, bool with_text);
[[nodiscard]] Json fake_check(bool valid);
[[nodiscard]] Json fake_diff();
[[nodiscard]] Json fake_shadow(bool capture);
[[nodiscard]] Json fake_baselines(const std::string& object);
[[nodiscard]] Json fake_proposals(const std::string& object);
[[nodiscard]] Json fake_audit();
[[nodiscard]] std::vector<Delivery> fake_notices();

}  // namespace sekimori::test
