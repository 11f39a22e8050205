// What counts packets and remembers them for a moment: dataplane/state.

#include <random>

#include "bench/micro/micro.hpp"
#include "common/clock.hpp"
#include "dataplane/state/outbox.hpp"
#include "dataplane/state/rate_limit.hpp"
#include "dataplane/state/reply_limiter.hpp"
#include "dataplane/state/syn_memory.hpp"

namespace sekimori::bench {

namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

/// A number of which a random one is used each time.
template <typename State>
struct WithRandom {
  State state;
  std::minstd_rand random{1};
};

void add_reply_limiter(Micros& micros) {
  using State = WithRandom<ReplyLimiter>;
  const auto add = [&](const char* name, std::uint32_t sources) {
    micros.push_back({.name = name,
                      .reference = hash_message,
                      .units = batch,
                      .make = repeat<State>([] { return State{.state = ReplyLimiter{key}}; },
                                            [sources](State& s, std::size_t) {
                                              const auto number =
                                                  static_cast<std::uint32_t>(s.random()) % sources;
                                              const auto source =
                                                  Address::from_ipv4(be32{0x0b000000U + number});
                                              keep(s.state.admit(source, 5 * ns_per_s, 1000));
                                            })});
  };
  add("reply_limiter/admit/2e24_sources", 1U << 24);
  add("reply_limiter/admit/1_source", 1);
}

void add_rate_limit(Micros& micros) {
  struct State {
    RateLimit limit;
    std::uint64_t now_ns = ns_per_s;
  };
  const auto add = [&](const char* name, std::uint64_t per_s) {
    micros.push_back({.name = name,
                      .reference = hash_message,
                      .units = batch,
                      .make = repeat<State>([] { return State{}; },
                                            [per_s](State& s, std::size_t) {
                                              s.now_ns += 100;
                                              keep(s.limit.admit(s.now_ns, per_s, 1));
                                            })});
  };
  add("rate_limit/admit/below_the_rate", 20'000'000);
  add("rate_limit/admit/above_the_rate", 1'000);
  add("rate_limit/admit/no_limit", 0);
}

void add_syn_memory(Micros& micros) {
  using State = WithRandom<SynMemory>;
  micros.push_back({.name = "syn_memory/look/random_syns",
                    .reference = hash_message,
                    .units = batch,
                    .make = repeat<State>([] { return State{}; },
                                          [](State& s, std::size_t) {
                                            const std::uint64_t hash =
                                                s.random() * 0x9e3779b97f4a7c15ULL;
                                            keep(s.state.look(hash, 5000, 300, 10'000));
                                          })});
}

void add_outbox(Micros& micros) {
  micros.push_back(
      {.name = "outbox/add/60_bytes", .reference = copy_frame, .units = batch, .make = [] {
         const auto outbox = std::make_shared<Outbox>();
         return Work{.run = [outbox] {
           for (std::size_t i = 0; i < batch; ++i) {
             keep(outbox->add(Side::inside, 60));
           }
           outbox->clear();
         }};
       }});
}

}  // namespace

void add_limiter_micros(Micros& micros) {
  add_reply_limiter(micros);
  add_rate_limit(micros);
  add_syn_memory(micros);
  add_outbox(micros);
}

}  // namespace sekimori::bench
