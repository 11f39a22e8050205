#include "bench/pipeline/rig.hpp"

#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>

#include "common/clock.hpp"
#include "common/policy_source.hpp"

namespace sekimori::bench {

namespace {

/// Long enough for caches and branch predictors to settle.
constexpr unsigned turns_to_warm_up = 200;

PolicyImage compile(const std::string& policy) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("sekimori-bench-" + std::to_string(getpid()) + ".toml");
  std::ofstream{path} << policy;
  auto image = load_policy(path);
  std::filesystem::remove(path);
  if (!image) throw std::runtime_error{"the benchmark's policy: " + image.error().message};
  return std::move(*image);
}

std::unique_ptr<const PolicyTables> tables(PolicyImage image) {
  ObjectSlots slots{image.global().object_capacity};
  auto built = PolicyTables::build(std::move(image), slots);
  if (!built) throw std::runtime_error{"the benchmark's policy: " + built.error()};
  return std::make_unique<const PolicyTables>(std::move(*built));
}

WorkerPort worker_port(const Port& port) {
  return {.id = port.id(), .receive_queues = {0}, .unmarked = ChecksumHint::verify};
}

/// Runs `work` on the worker's lcore, as in production.
void run_on_worker_lcore(const std::function<void()>& work) {
  const auto call = [](void* argument) {
    (*static_cast<const std::function<void()>*>(argument))();
    return 0;
  };
  rte_eal_remote_launch(call, const_cast<std::function<void()>*>(&work), worker_lcore(0));
  // Waiting for an lcore spins, on a CPU that the worker may need; so look now and then.
  while (rte_eal_get_lcore_state(worker_lcore(0)) == RUNNING) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  rte_eal_wait_lcore(worker_lcore(0));
}

/// Repeats `step`, which returns how many packets it took, and returns the time for one packet.
double time_per_packet(std::uint64_t duration_ns, const auto& step) {
  constexpr unsigned steps_between_looks = 64;
  std::uint64_t packets = 0;
  const std::uint64_t start = read_clock().monotonic_ns;
  std::uint64_t now = start;
  while (now - start < duration_ns) {
    for (unsigned i = 0; i < steps_between_looks; ++i) packets += step();
    now = read_clock().monotonic_ns;
  }
  return static_cast<double>(now - start) / static_cast<double>(packets);
}

}  // namespace

Rig::Rig(BenchPorts& ports, const std::string& policy)
    : ports_(ports), secret_(MasterSecret::from_seed(1)), stats_(std::make_unique<WorkerStats>()) {
  policies_ = std::make_unique<PolicyGenerations>(tables(compile(policy)), 1);
  const GlobalRecord& global = policies_->current().global();
  keys_.refresh(secret_, read_clock().unix_s());
  meters_.resize(global.object_capacity);
  pipeline_ = std::make_unique<Pipeline>(global, 1, secret_, keys_, *stats_, meters_);
  worker_ = std::make_unique<Worker>(WorkerWiring{
      .ports = {worker_port(ports.port(Side::outside)), worker_port(ports.port(Side::inside))},
      .pipeline = pipeline_.get(),
      .stats = stats_.get(),
      .policies = policies_.get(),
      .pool = &ports.pool(),
  });
}

double Rig::measure(std::uint64_t duration_ns, Verdict expected) {
  ports_.receive(stream);
  keys_.refresh(secret_, read_clock().unix_s());
  const WorkerStats before = *stats_;
  double result = 0;
  run_on_worker_lcore([&] {
    policies_->enter(0);
    for (unsigned i = 0; i < turns_to_warm_up; ++i) worker_->turn();
    result = time_per_packet(duration_ns, [this] { return worker_->turn(); });
    policies_->leave(0);
  });
  check_verdicts(before, expected);
  return result;
}

void Rig::check_verdicts(const WorkerStats& before, Verdict expected) const {
  const auto index = static_cast<std::size_t>(expected);
  std::string others;
  for (std::size_t v = 0; v < verdict_count; ++v) {
    const std::uint64_t count = stats_->verdicts[v] - before.verdicts[v];
    if (v == index || count == 0) continue;
    others.append(" ").append(std::to_string(count)).append(" ").append(verdict_texts[v].name);
  }
  if (others.empty()) return;
  for (std::size_t d = 0; d < drop_reason_count; ++d) {
    if (stats_->drops[d] != before.drops[d]) others.append(" ").append(drop_reason_texts[d].name);
  }
  throw std::runtime_error{"not all packets had the verdict '" +
                           std::string{verdict_texts[index].name} + "':" + others};
}

double Rig::measure_source(std::uint64_t duration_ns) {
  ports_.receive(stream);
  double result = 0;
  run_on_worker_lcore([&] {
    std::array<rte_mbuf*, max_burst> burst;
    const std::uint16_t port = ports_.port(Side::outside).id();
    const auto take_and_free = [&] {
      const std::uint16_t count = rte_eth_rx_burst(port, 0, burst.data(), max_burst);
      rte_pktmbuf_free_bulk(burst.data(), count);
      return count;
    };
    for (unsigned i = 0; i < turns_to_warm_up; ++i) take_and_free();
    result = time_per_packet(duration_ns, take_and_free);
  });
  return result;
}

}  // namespace sekimori::bench
