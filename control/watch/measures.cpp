// What is to be in force, from what the ladders wish.

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "control/watch/state.hpp"

namespace sekimori {
namespace {

/// What all ladders of one object wish together.
struct ObjectWish {
  bool authenticate = false;
  std::set<Prefix> block;
  std::set<Prefix> give_up;
  std::array<LimitPolicy, traffic_class_count> raised{};  ///< 0: not raised
  double raised_connections = 0;
};

struct LimitOf {
  TrafficClass traffic = TrafficClass::total;
  std::uint64_t LimitPolicy::*rate = &LimitPolicy::packets_per_s;
};

/// The limit of a policy that also holds a vector down.
std::optional<LimitOf> limit_of(Vector vector) {
  switch (vector) {
    case Vector::packets:
      return LimitOf{};
    case Vector::bits:
      return LimitOf{TrafficClass::total, &LimitPolicy::bits_per_s};
    case Vector::syn:
    case Vector::tcp_flags:
      return LimitOf{TrafficClass::tcp, &LimitPolicy::packets_per_s};
    case Vector::udp:
    case Vector::dns_queries:
      return LimitOf{TrafficClass::udp, &LimitPolicy::packets_per_s};
    case Vector::icmp:
      return LimitOf{TrafficClass::icmp, &LimitPolicy::packets_per_s};
    case Vector::fragments:
      return LimitOf{TrafficClass::fragment, &LimitPolicy::packets_per_s};
    case Vector::other:
      return LimitOf{TrafficClass::other, &LimitPolicy::packets_per_s};
    default:
      return std::nullopt;
  }
}

void add_wish(const LadderWish& wish, Vector vector, ObjectWish& object) {
  object.authenticate |= wish.authenticate;
  for (const Prefix& source : wish.block) {
    if (object.block.size() < BlockedSources::max_sources) object.block.insert(source);
  }
  if (wish.give_up) object.give_up.insert(*wish.give_up);
  if (wish.raised <= 0) return;
  if (vector == Vector::new_connections) {
    object.raised_connections = std::max(object.raised_connections, wish.raised);
  } else if (const auto limit = limit_of(vector)) {
    std::uint64_t& raised = object.raised[static_cast<std::size_t>(limit->traffic)].*limit->rate;
    raised = std::max(raised, static_cast<std::uint64_t>(wish.raised));
  }
}

/// The policy's limit, raised where that lets more pass.
std::optional<LimitTraffic> raised_limit(TrafficClass traffic, const LimitPolicy& policy,
                                         const LimitPolicy& raised) {
  const bool packets = policy.packets_per_s > 0 && raised.packets_per_s > policy.packets_per_s;
  const bool bits = policy.bits_per_s > 0 && raised.bits_per_s > policy.bits_per_s;
  if (!packets && !bits) return std::nullopt;
  return LimitTraffic{.traffic = traffic,
                      .packets_per_s = packets ? raised.packets_per_s : policy.packets_per_s,
                      .bits_per_s = bits ? raised.bits_per_s : policy.bits_per_s};
}

void write_measures(const ObjectPolicy& policy, const ObjectWish& wish,
                    std::vector<Measure>& measures) {
  const auto add = [&](MeasureKind kind) {
    measures.push_back(
        {.object = policy.name.value, .lifetime_ms = measure_lifetime_ms, .kind = std::move(kind)});
  };
  if (wish.authenticate) add(AuthenticateSources{.mode = policy.ladder.syn});
  if (!wish.block.empty()) add(BlockSources{.sources = {wish.block.begin(), wish.block.end()}});
  for (std::size_t c = 0; c < traffic_class_count; ++c) {
    const auto limit = raised_limit(static_cast<TrafficClass>(c), policy.limits[c], wish.raised[c]);
    if (limit) add(*limit);
  }
  const auto connections = static_cast<std::uint32_t>(wish.raised_connections);
  if (policy.new_connections_per_s > 0 && connections > policy.new_connections_per_s) {
    add(LimitConnections{.per_s = connections});
  }
  for (const Prefix& destination : wish.give_up) {
    add(GiveUpDestination{.destination = destination});
  }
}

}  // namespace

std::vector<Measure> Watch::State::wanted_measures() const {
  std::map<std::size_t, ObjectWish> wishes;
  for (const auto& [key, incident] : incidents_) {
    if (key.cause != Cause::load || incident.ended) continue;
    const std::size_t subject = number_of(key.subject);
    for (const Ladder& ladder : incident.ladders) {
      const LadderWish wish = ladder.wish(ms_);
      if (subject < object_count()) {
        add_wish(wish, ladder.vector(), wishes[subject]);
      } else if (wish.authenticate) {
        for (const std::uint32_t m : incident.authenticated) wishes[m].authenticate = true;
      }
    }
  }
  std::vector<Measure> measures;
  for (const auto& [object, wish] : wishes) {
    write_measures(policy_->objects[object], wish, measures);
  }
  return measures;
}

void Watch::State::settle_measures(WatchDecision& decision) {
  std::vector<Measure> wanted = wanted_measures();
  const bool other = wanted != measures_;
  const bool half_over = !wanted.empty() && ms_ - measures_sent_ms_ >= measure_lifetime_ms / 2;
  if (!other && !half_over && !resend_) return;
  measures_ = std::move(wanted);
  measures_sent_ms_ = ms_;
  resend_ = false;
  decision.measures_changed = true;
  decision.measures = measures_;
}

}  // namespace sekimori
