#include "bench/pipeline/rig.hpp"

#include <rte_ethdev.h>

#include <barrier>
#include <cmath>
#include <stdexcept>
#include <string>

#include "bench/pipeline/lcores.hpp"
#include "common/clock.hpp"

namespace sekimori::bench {

namespace {

/// Long enough for caches and branch predictors to settle.
constexpr unsigned turns_to_warm_up = 200;

/// How far the share of a verdict may be off, as only a part of the stream is measured.
constexpr double share_tolerance = 0.02;

WorkerPort worker_port(const Port& port, unsigned worker) {
  const auto queue = static_cast<std::uint16_t>(worker);
  return {.id = port.id(),
          .receive_queues = {queue},
          .transmit_queue = queue,
          .unmarked = ChecksumHint::verify};
}

}  // namespace

Rig::Rig(BenchPorts& ports, const Case& traffic) : ports_(ports), shares_(traffic.shares) {
  policies_ = std::make_unique<PolicyGenerations>(policy_tables(traffic.policy), traffic.workers);
  const PolicyTables& policy = policies_->current();
  for (unsigned worker = 0; worker < traffic.workers; ++worker) {
    beds_.push_back(std::make_unique<PipelineBed>(policy.global(), traffic.workers));
    workers_.push_back(std::make_unique<Worker>(wiring(worker)));
  }
  const Now now = read_clock();
  beds_.front()->set_time(now);
  traffic.prepare(stream_, *beds_.front(), policy, now);
}

WorkerWiring Rig::wiring(unsigned worker) const {
  return {.index = worker,
          .ports = {worker_port(ports_.port(Side::outside), worker),
                    worker_port(ports_.port(Side::inside), worker)},
          .pipeline = &beds_[worker]->pipeline(),
          .stats = &beds_[worker]->stats(),
          .policies = policies_.get(),
          .pool = &ports_.pool()};
}

double Rig::measure(std::uint64_t duration_ns) {
  ports_.receive(stream_);
  for (auto& bed : beds_) bed->set_time(read_clock());
  const Verdicts before = verdicts();
  const auto count = static_cast<unsigned>(workers_.size());
  std::vector<double> ns(count);
  std::barrier together{static_cast<std::ptrdiff_t>(count)};
  run_on_lcores(count, [&](unsigned index) {
    Worker& worker = *workers_[index];
    policies_->enter(index);
    for (unsigned i = 0; i < turns_to_warm_up; ++i) worker.turn();
    together.arrive_and_wait();
    ns[index] = cpu_ns_per_packet(duration_ns, [&worker] { return worker.turn(); });
    policies_->leave(index);
  });
  check_verdicts(before);
  double packets_per_ns = 0;
  for (const double one : ns) packets_per_ns += 1 / one;
  return 1 / packets_per_ns;
}

Rig::Verdicts Rig::verdicts() const {
  Verdicts sums{};
  for (const auto& bed : beds_) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += bed->verdict(static_cast<Verdict>(i));
  }
  return sums;
}

void Rig::check_verdicts(const Verdicts& before) const {
  Verdicts counts = verdicts();
  double all = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] -= before[i];
    all += static_cast<double>(counts[i]);
  }
  std::string found;
  bool right = all > 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = static_cast<double>(counts[i]) / all;
    // What is not expected at all must not happen even once.
    right = right && (counts[i] == 0 || shares_[i] > 0) &&
            std::abs(share - shares_[i]) < share_tolerance;
    found += ' ' + std::to_string(counts[i]) + ' ' + std::string{verdict_texts[i].name};
  }
  if (!right) throw std::runtime_error{"packets have other verdicts than expected:" + found};
}

double Rig::measure_source(std::uint64_t duration_ns) {
  ports_.receive(stream_);
  double result = 0;
  run_on_lcores(1, [&](unsigned /*worker*/) {
    std::array<rte_mbuf*, max_burst> burst;
    const std::uint16_t port = ports_.port(Side::outside).id();
    const auto take_and_free = [&]() -> std::size_t {
      const std::uint16_t count = rte_eth_rx_burst(port, 0, burst.data(), max_burst);
      rte_pktmbuf_free_bulk(burst.data(), count);
      return count;
    };
    for (unsigned i = 0; i < turns_to_warm_up; ++i) take_and_free();
    result = cpu_ns_per_packet(duration_ns, take_and_free);
  });
  return result;
}

}  // namespace sekimori::bench
