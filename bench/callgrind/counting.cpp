#include "bench/callgrind/counting.hpp"

#include <valgrind/callgrind.h>

namespace sekimori::bench {

bool runs_under_valgrind() {
  return RUNNING_ON_VALGRIND != 0;
}

void begin_count() {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
}

Counted::Counted() {
  CALLGRIND_TOGGLE_COLLECT;
}

Counted::~Counted() {
  CALLGRIND_TOGGLE_COLLECT;
}

void end_count(const std::string& name, std::uint64_t units) {
  const std::string label = name + ' ' + std::to_string(units);
  CALLGRIND_DUMP_STATS_AT(label.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace sekimori::bench
