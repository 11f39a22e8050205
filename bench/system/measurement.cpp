#include "bench/system/measurement.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace sekimori::bench {

namespace {

/// Offered before each trial, uncounted, as caches are cold and addresses unknown after a pause.
constexpr std::uint64_t warm_up_ns = 5'000'000;
constexpr double warm_up_pps = 1e6;
/// Between trials everybody else gets the CPUs, which the kernel would otherwise give them in the
/// middle of a trial (sched(7), kernel.sched_rt_runtime_us).
constexpr std::chrono::milliseconds rest{20};
constexpr std::chrono::seconds patience{20};

}  // namespace

Trial Bench::trial(std::span<const Load> loads, bool timed) {
  std::this_thread::sleep_for(rest);
  const AheadOfOthers ahead;
  device_.resume(Priority::ahead);
  generator_.run(pair_, std::array{Load{.pps = warm_up_pps, .duration_ns = warm_up_ns}}, false);
  Trial result = generator_.run(pair_, loads, timed);
  device_.pause();
  return result;
}

Throughput Bench::throughput() {
  if (pktgen_ != nullptr) {
    generator_.disconnect(pair_);
    device_.resume(Priority::ordinary);
    const Throughput found = pktgen_->throughput(generator_.frames(), ports_);
    generator_.connect(pair_, patience);
    device_.pause();
    return found;
  }
  return find_throughput(settings_.search, [this](double pps) {
    const Trial result =
        trial(std::array{Load{.pps = pps, .duration_ns = settings_.duration_ns}}, false);
    return TrialResult{.offered_pps = result.offered_pps(), .lossless = result.lossless()};
  });
}

std::vector<std::uint32_t> Bench::latencies(double pps) {
  const std::array load{Load{.pps = pps, .duration_ns = settings_.duration_ns}};
  Trial best;
  for (unsigned attempt = 0; attempt < settings_.search.attempts && !best.lossless(); ++attempt) {
    Trial result = trial(load, true);
    if (attempt == 0 || result.lost() < best.lost()) best = std::move(result);
  }
  if (best.received == 0) throw std::runtime_error{"a device gives no frame back"};
  std::ranges::sort(best.latencies_ns);
  return std::move(best.latencies_ns);
}

Bench::Burst Bench::longest_burst() {
  const Trial everything = trial(std::array{Load{.duration_ns = settings_.duration_ns}}, false);
  if (everything.lossless()) {
    return {
        .frames = everything.offered, .pps = everything.offered_pps(), .generator_limited = true};
  }
  double pps = everything.offered_pps();
  const auto survives = [&](std::uint64_t frames) {
    const std::array load{Load{.duration_ns = settings_.duration_ns, .max_frames = frames}};
    for (unsigned attempt = 0; attempt < settings_.search.attempts; ++attempt) {
      const Trial result = trial(load, false);
      if (!result.lossless()) continue;
      pps = result.offered_pps();
      return true;
    }
    return false;
  };
  std::uint64_t survived = 0;
  std::uint64_t too_many = everything.offered;
  const auto close = [&] {
    const double gap = settings_.search.precision * static_cast<double>(survived);
    return too_many - survived <= std::max<std::uint64_t>(1, static_cast<std::uint64_t>(gap));
  };
  while (!close()) {
    const std::uint64_t middle = survived + (too_many - survived) / 2;
    (survives(middle) ? survived : too_many) = middle;
  }
  return {.frames = survived, .pps = pps};
}

Bench::Recovery Bench::recovery(double pps) {
  const std::array loads{Load{.pps = pps, .duration_ns = settings_.duration_ns},
                         Load{.pps = pps / 2, .duration_ns = settings_.duration_ns}};
  const Trial result = trial(loads, true);
  // Both loads last equally long, so the first has two thirds of the frames.
  return {.overload_pps = result.offered_pps() * 4 / 3,
          .lost = result.lost(),
          .seconds = std::max(0.0, result.last_loss_s)};
}

}  // namespace sekimori::bench
