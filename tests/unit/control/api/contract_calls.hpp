#pragma once

#include <string>
#include <vector>

namespace sekimori::test {

/// A call that the made-up system of tests/support/fake_operations.hpp answers, by an approver.
struct ContractCall {
  std::string operation;  ///< of the route
  std::string target;
  std::string body = {};
  int status = 200;
  std::string accept = {};
};

/// At least one that succeeds for each route, and the problems that routes have of their own.
[[nodiscard]] const std::vector<ContractCall>& contract_calls();

}  // namespace sekimori::test
