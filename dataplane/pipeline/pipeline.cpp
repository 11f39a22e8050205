#include "dataplane/pipeline/pipeline.hpp"

#include "dataplane/stages/classify.hpp"
#include "dataplane/stages/evidence.hpp"
#include "dataplane/stages/given_up.hpp"
#include "dataplane/stages/icmp_errors.hpp"
#include "dataplane/stages/limits.hpp"
#include "dataplane/stages/meters.hpp"
#include "dataplane/stages/server_handshake.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/splice.hpp"
#include "dataplane/stages/tcp.hpp"
#include "dataplane/stages/validity.hpp"

namespace sekimori {
namespace {

void count_received(Side from, std::span<const Frame> frames, WorkerStats& stats) {
  std::uint64_t bytes = 0;
  for (const Frame& frame : frames) bytes += frame.length;
  const bool outside = from == Side::outside;
  stats.count(outside ? Counter::received_outside_packets : Counter::received_inside_packets,
              frames.size());
  stats.count(outside ? Counter::received_outside_bytes : Counter::received_inside_bytes, bytes);
}

void count_verdicts(const Burst& burst, const StageContext& context) {
  WorkerStats& stats = context.state.stats;
  for (std::size_t v = 0; v < verdict_count; ++v) {
    add(stats.verdicts[v], size_of(burst.decided[v]));
  }
  for_each_packet(burst.with_verdict(Verdict::drop), [&](std::size_t i) {
    add(stats.drops[static_cast<std::size_t>(burst.decisions[i].reason)], 1);
  });
}

}  // namespace

Pipeline::Pipeline(const GlobalRecord& capacities, std::uint32_t worker_count,
                   const MasterSecret& secret, const CookieKeys& keys, WorkerStats& stats,
                   std::span<ObjectMeters> meters, WorkerEvidence& evidence)
    : state_(capacities, worker_count, secret, keys, stats, meters, evidence) {}

void Pipeline::process(Side from, std::span<Frame> frames, std::span<Decision> decisions,
                       const PolicyTables& policy, const Now& now, const CardMarks* marks) {
  if (frames.empty()) return;
  StageContext context{.state = state_, .policy = policy, .now = now};
  burst_.start(from, frames, decisions);
  burst_.marks = marks;
  count_received(from, frames, state_.stats);

  classify(burst_, context);
  begin_sample(burst_, context);
  check_validity(burst_, context);
  drop_given_up(burst_, context);
  apply_source_lists(burst_, context);
  handle_tcp(burst_, context);
  translate_icmp_errors(burst_, context);
  apply_limits(burst_, context);
  burst_.forward_all(burst_.open);

  meter(burst_, context);
  count_sources(burst_, context);
  finish_sample(burst_, context);
  count_verdicts(burst_, context);
}

void Pipeline::tick(const PolicyTables& policy, const Now& now, std::uint32_t sweep) {
  StageContext context{.state = state_, .policy = policy, .now = now};
  run_handshake_timers(context, sweep);
  expire_flows(context, sweep);
  state_.sources.sweep(sweep, context.now_ms());
  state_.source_loads.age(now.monotonic_ms());
  state_.stats.gauge(Counter::flows, state_.flows.size());
  state_.stats.gauge(Counter::handshakes, state_.handshakes.size());
  state_.stats.gauge(Counter::sources, state_.sources.size());
}

}  // namespace sekimori
