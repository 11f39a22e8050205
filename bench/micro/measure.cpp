#include "bench/micro/measure.hpp"

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>

#include "bench/callgrind/counting.hpp"

namespace sekimori::bench {

namespace {

/// The CPU's time-stamp counter, which costs less to read than a clock: a run that is restored
/// before the next one is timed alone.
class Ticks {
 public:
  Ticks() {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (unsigned i = 0; i < 1000; ++i) {
      const std::uint64_t start = now();
      least = std::min(least, now() - start);
    }
    overhead_ = least;
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const std::uint64_t first = now();
    while (Clock::now() - begin < std::chrono::milliseconds{20}) {
    }
    const std::uint64_t ticks = now() - first;
    const std::chrono::duration<double> seconds = Clock::now() - begin;
    seconds_per_tick_ = seconds.count() / static_cast<double>(ticks);
  }

  /// After all that stands before has been done.
  [[nodiscard]] static std::uint64_t now() {
    _mm_lfence();
    const std::uint64_t ticks = __rdtsc();
    _mm_lfence();
    return ticks;
  }
  [[nodiscard]] double seconds_since(std::uint64_t start) const {
    const std::uint64_t ticks = now() - start;
    return static_cast<double>(ticks - std::min(ticks, overhead_)) * seconds_per_tick_;
  }

 private:
  std::uint64_t overhead_ = 0;
  double seconds_per_tick_ = 0;
};

void time_work(benchmark::State& state, const Work& work, const Ticks& ticks) {
  if (!work.restore) {
    for (auto _ : state) work.run();
    return;
  }
  for (auto _ : state) {
    work.restore();
    const std::uint64_t start = Ticks::now();
    work.run();
    state.SetIterationTime(ticks.seconds_since(start));
  }
}

/// Keeps what Google Benchmark has measured.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(const Micros& micros) {
    for (const Micro& micro : micros) units_[micro.name] = static_cast<double>(micro.units);
  }

  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const std::string& name = run.run_name.function_name;
      ns_[name].push_back(run.GetAdjustedRealTime() / units_.at(name));
    }
  }
  [[nodiscard]] std::map<std::string, std::vector<double>> take() { return std::move(ns_); }

 private:
  std::map<std::string, double> units_;
  std::map<std::string, std::vector<double>> ns_;
};

/// Google Benchmark takes its settings as a command line only.
void configure(const Effort& effort) {
  std::vector<std::string> words{
      "sekimori-bench-micro", "--benchmark_enable_random_interleaving=true",
      "--benchmark_repetitions=" + std::to_string(effort.repetitions),
      "--benchmark_min_time=" + std::to_string(effort.milliseconds / 1e3)};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  auto count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
}

}  // namespace

std::map<std::string, std::vector<double>> time_micros(const Micros& micros, const Effort& effort) {
  configure(effort);
  const Ticks ticks;
  for (const Micro& micro : micros) {
    // Made before the first measurement, so that no set-up comes between repetitions.
    const auto work = std::make_shared<const Work>(micro.make());
    auto* registered = benchmark::RegisterBenchmark(
        micro.name.c_str(),
        [work, &ticks](benchmark::State& state) { time_work(state, *work, ticks); });
    if (work->restore) {
      registered->UseManualTime();
    } else {
      registered->UseRealTime();
    }
  }
  Collector collector{micros};
  benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::ClearRegisteredBenchmarks();
  return collector.take();
}

void count_micros(const Micros& micros) {
  constexpr unsigned runs_to_warm_up = 4;
  constexpr unsigned runs_to_count = 32;
  for (const Micro& micro : micros) {
    const Work work = micro.make();
    const auto restore = [&work] {
      if (work.restore) work.restore();
    };
    for (unsigned i = 0; i < runs_to_warm_up; ++i) {
      restore();
      work.run();
    }
    begin_count();
    for (unsigned i = 0; i < runs_to_count; ++i) {
      restore();
      const Counted count;
      work.run();
    }
    end_count(micro.name, runs_to_count * micro.units);
  }
}

}  // namespace sekimori::bench
