#pragma once

#include <cstdint>
#include <cstdlib>

namespace sekimori {

/// How much a bench does: `long_run` under `./dev test --long`, else `short_run`.
[[nodiscard]] inline std::uint64_t run_length(std::uint64_t short_run, std::uint64_t long_run) {
  const char* const wanted = std::getenv("SEKIMORI_LONG");
  return wanted != nullptr && *wanted != '\0' && *wanted != '0' ? long_run : short_run;
}

}  // namespace sekimori
