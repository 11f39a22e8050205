#pragma once

#include <string>

namespace sekimori::bench {

/// What numbers depend on, in words.
struct Machine {
  std::string processor;
  unsigned cpus = 0;  ///< that this process may use
  std::string kernel;
  std::string memory;
};

[[nodiscard]] Machine this_machine();

/// Free memory and what the kernel would give up for us, in bytes.
[[nodiscard]] std::size_t available_memory();

}  // namespace sekimori::bench
