#pragma once

#include <cstdint>
#include <string>

namespace sekimori::bench {

// What a program says to callgrind while it runs under it (see run.hpp). Anywhere else these calls
// do nothing, and cost a few instructions.

/// Whether callgrind, or another tool of valgrind, runs this program.
[[nodiscard]] bool runs_under_valgrind();

/// Prepares for `Counted`. What runs before is not looked at and so is ten times as fast.
void begin_count();

/// What this thread executes while one exists is counted, between `begin_count` and `end_count`.
class Counted {
 public:
  Counted();
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted();
};

/// Ends a count under a name without blanks. `units` is how many packets or operations it was.
void end_count(const std::string& name, std::uint64_t units);

}  // namespace sekimori::bench
