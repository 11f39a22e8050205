#pragma once

#include <cstdio>
#include <string>

namespace sekimori {

/// Tells the operator, on standard error. For any thread but workers, which say nothing.
inline void log(const std::string& message) {
  std::fprintf(stderr, "sekimori-dataplane: %s\n", message.c_str());
}

}  // namespace sekimori
