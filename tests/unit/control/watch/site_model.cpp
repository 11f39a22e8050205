#include "tests/unit/control/watch/site_model.hpp"

#include <algorithm>
#include <cmath>

namespace sekimori::test {
namespace {

constexpr std::uint64_t first_unix_ms = 1'800'000'000'000;
constexpr std::uint32_t usual_sources = 20;
constexpr double packets_of_connection = 10;

Address ipv4(std::uint32_t address) {
  return Address::from_ipv4(be32{address});
}

bool is_tcp(Traffic traffic) {
  return traffic == Traffic::syn || traffic == Traffic::segments ||
         traffic == Traffic::small_acks || traffic == Traffic::rst || traffic == Traffic::fin;
}

TrafficClass class_of(Traffic traffic) {
  if (is_tcp(traffic)) return TrafficClass::tcp;
  if (traffic == Traffic::icmp) return TrafficClass::icmp;
  if (traffic == Traffic::fragments) return TrafficClass::fragment;
  return TrafficClass::udp;
}

}  // namespace

Policy SiteModel::policy(std::size_t objects) {
  Policy policy;
  for (std::uint32_t i = 0; i < objects; ++i) {
    ObjectPolicy object;
    object.name.value = "o";
    object.name.value += std::to_string(i);
    const std::uint32_t address = 0xc0000200 + (i / 50) * 256 + i % 50 + 1;
    PlacedPrefix prefix;
    prefix.value = {.address = ipv4(address), .length = 128};
    object.prefixes.push_back(prefix);
    object.threshold[Vector::packets] = 20'000;
    object.threshold[Vector::syn] = 1'000;
    object.threshold[Vector::tcp_flags] = 8'000;
    object.threshold[Vector::udp] = 2'000;
    object.threshold[Vector::icmp] = 500;
    object.threshold[Vector::fragments] = 500;
    object.threshold[Vector::dns_queries] = 1'500;
    object.threshold[Vector::new_connections] = 1'000;
    policy.objects.push_back(std::move(object));
  }
  return policy;
}

SiteModel::SiteModel(std::shared_ptr<const Policy> policy, std::uint32_t seed)
    : policy_(std::move(policy)), random_(seed), meters_(policy_->objects.size()) {}

void SiteModel::usual_load(double connections_per_s) {
  for (std::size_t i = 0; i < policy_->objects.size(); ++i) {
    const auto first = static_cast<std::uint32_t>(0x0a000001 + i * 256);
    add({.object = i,
         .traffic = Traffic::syn,
         .packets_per_s = connections_per_s,
         .sources = usual_sources,
         .first_source = first});
    add({.object = i,
         .traffic = Traffic::segments,
         .packets_per_s = connections_per_s * packets_of_connection,
         .sources = usual_sources,
         .first_source = first,
         .bytes = 600});
  }
  usual_streams_ = streams_.size();
}

std::uint64_t SiteModel::add(Stream stream) {
  streams_[next_stream_] = stream;
  return next_stream_++;
}

void SiteModel::replace_policy(std::shared_ptr<const Policy> policy) {
  policy_ = std::move(policy);
  meters_.assign(policy_->objects.size(), {});
  proved_.clear();
  std::erase_if(streams_, [&](const auto& s) { return s.second.object >= meters_.size(); });
}

void SiteModel::restart_dataplane() {
  std::ranges::fill(meters_, ObjectMeters{});
  proved_.clear();
  measures_.clear();
}

SiteModel::InForce SiteModel::in_force(std::size_t object) const {
  const ObjectPolicy& policy = policy_->objects[object];
  InForce now{.authenticate = policy.syn != SynMode::off,
              .udp_limit = static_cast<double>(
                  policy.limits[static_cast<std::size_t>(TrafficClass::udp)].packets_per_s)};
  for (const Measure& measure : measures_) {
    if (measure.object != policy.name.value) continue;
    if (std::holds_alternative<AuthenticateSources>(measure.kind)) now.authenticate = true;
    if (std::holds_alternative<GiveUpDestination>(measure.kind)) now.given_up = true;
    if (const auto* block = std::get_if<BlockSources>(&measure.kind)) now.blocked = block->sources;
    if (const auto* limit = std::get_if<LimitTraffic>(&measure.kind)) {
      now.udp_limit = static_cast<double>(limit->packets_per_s);
    }
  }
  return now;
}

SiteModel::Fate SiteModel::fate(const Stream& stream, const InForce& now) {
  if (now.given_up) return {};
  double open = 1;
  if (stream.sources > 0) {
    for (const Prefix& source : now.blocked) {
      const std::uint32_t address = source.address.ipv4().host();
      if (address - stream.first_source < stream.sources) open -= 1.0 / stream.sources;
    }
  }
  if (stream.traffic == Traffic::udp && now.udp_limit > 0) {
    return {.passed = open * std::min(1.0, now.udp_limit / stream.packets_per_s),
            .reason = DropReason::limit_udp};
  }
  if (!is_tcp(stream.traffic) || !now.authenticate) {
    return {.passed = open, .reason = DropReason::source_blocked};
  }
  if (stream.traffic == Traffic::syn) {
    return {.replied = open, .reason = DropReason::source_blocked};
  }
  const bool proved = stream.sources > 0;
  return {.passed = proved ? open : 0, .reason = DropReason::connection_unknown};
}

std::uint32_t SiteModel::source_of(const Stream& stream, std::uint64_t n) {
  if (stream.sources == 0) return static_cast<std::uint32_t>(random_());
  return stream.first_source + static_cast<std::uint32_t>(n % stream.sources);
}

void SiteModel::count(const Stream& stream, std::uint64_t packets, const Fate& fate) {
  ObjectMeters& meters = meters_[stream.object];
  const auto part = [&](double share) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(packets) * share));
  };
  for (const TrafficClass c : {TrafficClass::total, class_of(stream.traffic)}) {
    meters.of(c).packets += packets;
    meters.of(c).bytes += packets * stream.bytes;
  }
  const std::uint64_t passed = part(fate.passed);
  const std::uint64_t replied = part(fate.replied);
  meters.passed_packets += passed;
  meters.passed_bytes += passed * stream.bytes;
  meters.dropped_packets += packets - std::min(packets, passed + replied);
  if (stream.traffic == Traffic::rst) meters.rst_received += packets;
  if (stream.traffic == Traffic::fin) meters.fin_received += packets;
  if (stream.traffic == Traffic::dns) meters.dns_queries += packets;
  if (stream.traffic == Traffic::syn) {
    meters.syn_received += packets;
    meters.syn_ack_sent += replied;
    if (stream.sources > 0) meters.cookie_valid += replied;
    if (stream.sources > 0) meters.connections_established += replied + passed;
  }
  if (stream.traffic == Traffic::segments && !silent_[stream.object]) {
    meters.from_inside_packets += passed;
    meters.from_inside_bytes += passed * stream.bytes;
  }
}

void SiteModel::sample(const Stream& stream, std::uint64_t packets, const Fate& fate) {
  const double wanted = static_cast<double>(packets) * sampled_share_;
  auto count = static_cast<std::uint64_t>(wanted);
  if (chance() < wanted - static_cast<double>(count)) ++count;
  const Address destination = policy_->objects[stream.object].prefixes.front().value.address;
  for (std::uint64_t i = 0; i < count; ++i) {
    PacketSample& sample = samples_.emplace_back();
    const std::uint64_t number = random_();
    const auto frame = frame_of(stream.traffic, source_of(stream, number), destination, number);
    std::ranges::copy(frame, sample.frame.begin());
    sample.captured_bytes = static_cast<std::uint16_t>(frame.size());
    sample.wire_bytes = stream.bytes;
    sample.object_slot = static_cast<std::uint32_t>(stream.object);
    sample.unix_ns = (first_unix_ms + monotonic_ms_) * 1'000'000;
    sample.weight = static_cast<std::uint32_t>(std::max(1.0, std::round(1 / sampled_share_)));
    const double fell = chance();
    sample.verdict = fell < fate.passed                  ? Verdict::forward
                     : fell < fate.passed + fate.replied ? Verdict::reply
                                                         : Verdict::drop;
    sample.reason = fate.reason;
  }
}

void SiteModel::prove(const Stream& stream, std::uint64_t packets, const InForce& now) {
  if (stream.sources == 0 || !is_tcp(stream.traffic) || !now.authenticate || now.given_up) return;
  const auto object = static_cast<std::uint32_t>(stream.object);
  for (std::uint32_t i = 0; i < stream.sources; ++i) {
    const Address source = ipv4(stream.first_source + i);
    const bool blocked = std::ranges::any_of(
        now.blocked, [&](const Prefix& prefix) { return prefix.contains(source); });
    if (blocked) continue;
    const double rest = static_cast<double>(packets % stream.sources);
    const bool one_more = chance() < rest / static_cast<double>(stream.sources);
    const std::uint64_t own = packets / stream.sources + (one_more ? 1 : 0);
    SourceLoad& load = proved_[{object, source}];
    load.source = source;
    load.object_slot = object;
    load.packets += own;
    load.bytes += own * stream.bytes;
    if (stream.traffic == Traffic::syn) load.connections += own;
  }
}

void SiteModel::run(const Stream& stream, double seconds) {
  const double expected = stream.packets_per_s * seconds;
  const double noise = std::normal_distribution<>{0, 1}(random_)*std::sqrt(expected);
  const auto packets = static_cast<std::uint64_t>(std::max(0.0, expected + noise + 0.5));
  if (packets == 0) return;
  const InForce now = in_force(stream.object);
  const Fate what = fate(stream, now);
  count(stream, packets, what);
  sample(stream, packets, what);
  prove(stream, packets, now);
}

Observation SiteModel::observe(std::uint64_t ms) {
  monotonic_ms_ += ms;
  samples_.clear();
  const double seconds = static_cast<double>(ms) / 1'000;
  double total = 0;
  for (const auto& [number, stream] : streams_) total += stream.packets_per_s;
  sampled_share_ = total <= 0 ? 1 : std::min(1.0, samples_per_s / total);
  if (dataplane_alive) {
    for (auto [number, stream] : streams_) {
      if (number < usual_streams_) stream.packets_per_s *= rhythm;
      run(stream, seconds);
    }
  }
  sources_.clear();
  for (const auto& [key, load] : proved_) sources_.push_back(load);
  return {.now_ms = first_unix_ms + monotonic_ms_,
          .monotonic_ms = monotonic_ms_,
          .objects = meters_,
          .samples = samples_,
          .sources = sources_,
          .outside_link_up = outside_up,
          .inside_link_up = inside_up,
          .lost_packets = lost_packets,
          .dataplane_alive = dataplane_alive};
}

}  // namespace sekimori::test
