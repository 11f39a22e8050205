// Every stage of the pipeline over bursts of one kind: dataplane/stages.

#include <algorithm>

#include "bench/micro/frames.hpp"
#include "dataplane/stages/classify.hpp"
#include "dataplane/stages/icmp_errors.hpp"
#include "dataplane/stages/limits.hpp"
#include "dataplane/stages/meters.hpp"
#include "dataplane/stages/server_handshake.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/splice.hpp"
#include "dataplane/stages/tcp.hpp"
#include "dataplane/stages/validity.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::bench {

namespace {

struct Stage {
  const char* name;
  void (*run)(Burst&, StageContext&);
};

/// In the order of the pipeline.
constexpr std::array stages{Stage{"classify", classify},
                            Stage{"meter", meter},
                            Stage{"check_validity", check_validity},
                            Stage{"apply_source_lists", apply_source_lists},
                            Stage{"handle_tcp", handle_tcp},
                            Stage{"translate_icmp_errors", translate_icmp_errors},
                            Stage{"apply_limits", apply_limits}};

struct Traffic {
  const char* name;
  const char* line;
  SynMode mode = SynMode::proxy;
  bool connected = false;  ///< every packet belongs to a spliced connection
  bool listed = false;     ///< there are source lists, with none of the sources in them
};

constexpr const char* syn =
    "198.51.100.%:4000 > 192.0.2.10:80 tcp [S] seq=1%00 win=64240 mss=1460 sackok ts=1%/0 nop ws=7";
constexpr const char* ack = "198.51.100.%:4000 > 192.0.2.10:80 tcp [.] seq=1%00 ack=5%00 win=64240";

test::TestPolicy policy_of(const Traffic& traffic) {
  test::TestPolicy policy = test::policy_with_mode(traffic.mode);
  policy.global.reply_limit_pps = 0;  // the clock stands still
  policy.objects.front().settings.limits.fill(
      {.packets_per_s = 1'000'000'000, .bits_per_s = 1'000'000'000'000});
  if (traffic.listed) {
    policy.block = {"203.0.113.0/24", "2001:db8:bad::/48"};
    policy.objects.front().allow = {"192.88.99.0/24"};
  }
  return policy;
}

/// A worker's state and a burst on its way through the stages.
struct StageBed {
  test::TestGround ground;
  WorkerState state;
  FrameSet frames;
  std::array<Decision, batch> decisions{};
  StageContext context{.state = state, .policy = ground.policy, .now = ground.now};
  Burst burst;

  explicit StageBed(const Traffic& traffic)
      : ground(policy_of(traffic)),
        state(ground.policy.global(), 1, ground.secret, ground.keys, ground.stats, ground.meters,
              *ground.evidence),
        frames(traffic.line) {
    if (!traffic.connected) return;
    for (const Frame& frame : frames.frames()) {
      const Headers h = parse(frame);
      const FlowKey key{.client = h.source,
                        .server = h.destination,
                        .client_port = h.source_port,
                        .server_port = h.destination_port};
      Flow& flow = state.flows[state.flows.insert(key.hash(state.flow_key), key)];
      flow.state = FlowState::spliced;
      flow.sequence_delta = 12345;
      flow.client_sequence = h.sequence;
    }
  }
  StageBed(const StageBed&) = delete;
  StageBed& operator=(const StageBed&) = delete;

  /// The burst as it is before a stage.
  void bring_to(std::size_t stage) {
    frames.restore();
    state.outbox.clear();
    burst.start(Side::outside, frames.frames(), decisions);
    for (std::size_t i = 0; i < stage; ++i) stages[i].run(burst, context);
  }
};

/// One stage over packets of one kind.
void add_stage(Micros& micros, const char* stage_name, const Traffic& traffic) {
  const auto stage = static_cast<std::size_t>(
      std::ranges::find(stages, std::string_view{stage_name}, &Stage::name) - stages.begin());
  micros.push_back({.name = std::string{"stage/"} + stages.at(stage).name + "/" + traffic.name,
                    .reference = copy_frame,
                    .units = batch,
                    .make = [stage, traffic] {
                      const auto bed = std::make_shared<StageBed>(traffic);
                      return Work{.run = [=] { stages.at(stage).run(bed->burst, bed->context); },
                                  .restore = [=] { bed->bring_to(stage); }};
                    }});
}

void add_timers(Micros& micros) {
  const auto add = [&](const char* name, void (*timer)(StageContext&, std::uint32_t)) {
    micros.push_back({.name = name, .reference = copy_frame, .units = batch, .make = [timer] {
                        const auto bed = std::make_shared<StageBed>(
                            Traffic{.name = "", .line = ack, .connected = true});
                        return Work{.run = [=] { timer(bed->context, batch); }};
                      }});
  };
  add("timer/expire_flows/64_places", expire_flows);
  add("timer/run_handshake_timers/64_places", run_handshake_timers);
}

}  // namespace

void add_stage_micros(Micros& micros) {
  const Traffic syns{.name = "syn", .line = syn};
  const Traffic acks{.name = "ack_of_no_connection", .line = ack};
  const Traffic spliced{.name = "spliced", .line = ack, .connected = true};
  const Traffic udp{.name = "udp", .line = "198.51.100.%:4000 > 192.0.2.10:53 udp data=query"};
  const Traffic icmp{.name = "icmp_error",
                     .line =
                         "203.0.113.% > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > "
                         "198.51.100.7:4000 tcp [.] seq=1 ack=2"};
  for (const char* stage : {"classify", "meter", "check_validity", "apply_source_lists"}) {
    add_stage(micros, stage, syns);
  }
  add_stage(micros, "apply_source_lists", {.name = "syn_with_lists", .line = syn, .listed = true});
  for (const Traffic& traffic : {syns, acks, spliced}) add_stage(micros, "handle_tcp", traffic);
  add_stage(micros, "handle_tcp", {.name = "syn_mode_reset", .line = syn, .mode = SynMode::reset});
  add_stage(micros, "handle_tcp",
            {.name = "syn_mode_bad_ack", .line = syn, .mode = SynMode::bad_ack});
  add_stage(micros, "handle_tcp",
            {.name = "syn_mode_retransmit", .line = syn, .mode = SynMode::retransmit});
  add_stage(micros, "translate_icmp_errors", icmp);
  add_stage(micros, "apply_limits", spliced);
  add_stage(micros, "apply_limits", udp);
  add_timers(micros);
}

}  // namespace sekimori::bench
