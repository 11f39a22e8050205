#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sekimori::bench {

/// What is run again and again. `restore` undoes what `run` has changed, and is not measured.
struct Work {
  std::function<void()> run;
  std::function<void()> restore = {};
};

/// One measurement of a small part: a stage, a data structure, a function.
struct Micro {
  std::string name;  ///< folder/part/case
  /// The name of the one whose cost this one is a multiple of; empty for those themselves.
  std::string reference = {};
  std::size_t units = 1;  ///< packets or operations in one run
  std::function<Work()> make;
};

using Micros = std::vector<Micro>;

/// As many as a burst has, so that a run is long beside the call that starts it.
inline constexpr std::size_t batch = 64;

/// Keeps the compiler from leaving out what computes `value`.
template <typename Value>
void keep(Value&& value) {
  benchmark::DoNotOptimize(std::forward<Value>(value));
}

/// A state, and `batch` times `each(state, i)` as the work.
template <typename State, typename Each>
std::function<Work()> repeat(std::function<State()> make, Each each) {
  return [make = std::move(make), each] {
    const auto state = std::make_shared<State>(make());
    return Work{.run = [state, each] {
      for (std::size_t i = 0; i < batch; ++i) each(*state, i);
    }};
  };
}

// What the others are compared with.
inline constexpr const char* copy_frame = "memcpy_60_bytes";
inline constexpr const char* hash_message = "siphash_2_4_16_bytes";

void add_references(Micros& micros);
void add_packet_micros(Micros& micros);
void add_hash_micros(Micros& micros);
void add_table_micros(Micros& micros);
void add_limiter_micros(Micros& micros);
void add_stage_micros(Micros& micros);

[[nodiscard]] inline Micros all_micros() {
  Micros micros;
  for (const auto add : {add_references, add_packet_micros, add_hash_micros, add_table_micros,
                         add_limiter_micros, add_stage_micros}) {
    add(micros);
  }
  return micros;
}

}  // namespace sekimori::bench
