// Measures for one object change nothing for the packets of any other.
//
// The same frames go in the same bursts through two pipelines, of which one has measures in force
// for one object that come and go on the way. Whatever is to or from another object has to fare
// the same in both. What objects share has room enough: limits of shared tables hold for all of
// them together, as docs/LIMITATIONS.md says. So is the table of authenticated sources on purpose:
// a source that has proved itself to one object need not do it for the next; the measures are for
// objects in whose modes nobody enters it.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/property/box.hpp"
#include "tests/property/traffic.hpp"

namespace sekimori {
namespace {

using test::below;
using test::Box;
using test::Fate;
using test::one_in;
using test::Random;
using test::TestObject;
using test::Traffic;

TestObject object_in(SynMode mode, const char* name, std::vector<std::string> prefixes) {
  return {.name = name, .prefixes = std::move(prefixes), .settings = test::ordinary_object(mode)};
}

test::TestPolicy policy_of(Random& random) {
  test::TestPolicy policy;
  policy.global.reply_limit_pps = 0;
  policy.global.flow_capacity = 1 << 14;
  policy.global.handshake_capacity = 1 << 13;
  policy.global.hold_capacity = 1 << 13;
  policy.global.source_capacity = 1 << 13;
  policy.global.backend_capacity = 1 << 12;
  if (one_in(random, 2)) {
    policy.allow = {"203.0.113.0/28"};
    policy.block = {"203.0.113.64/26"};
  }
  TestObject limited = object_in(SynMode::off, "limited", {"192.0.2.0/24", "2001:db8::/64"});
  limited.settings.limits.fill({.packets_per_s = 100, .bits_per_s = 400'000});
  policy.objects = {object_in(SynMode::proxy, "proxy", {"192.0.2.10", "2001:db8::10"}),
                    object_in(SynMode::off, "off", {"192.0.2.11", "192.0.2.12"}),
                    object_in(SynMode::reset, "reset", {"192.0.2.13"}),
                    object_in(SynMode::bad_ack, "bad_ack", {"192.0.2.14"}),
                    object_in(SynMode::retransmit, "retransmit", {"192.0.2.15"}),
                    limited};
  return policy;
}

Prefix prefix(const char* text) {
  return *Prefix::parse(text);
}

/// Measures of every kind, or some of them, for one object.
std::vector<Measure> measures_for(const PolicyTables& policy, std::uint32_t object,
                                  Random& random) {
  const std::string name{policy.image().name(policy.object(object))};
  std::vector<Measure> measures;
  const auto maybe = [&](MeasureKind kind) {
    if (one_in(random, 2)) measures.push_back({.object = name, .kind = std::move(kind)});
  };
  maybe(AuthenticateSources{.mode = SynMode::proxy});
  maybe(BlockSources{{prefix("198.51.100.0/25"), prefix("203.0.0.0/16")}});
  maybe(BlockSources{{prefix("2001:db8:7::/48")}});
  maybe(LimitTraffic{.traffic = TrafficClass::total, .packets_per_s = below(random, 50)});
  maybe(LimitTraffic{.traffic = TrafficClass::tcp, .packets_per_s = 1 + below(random, 50)});
  maybe(LimitConnections{.per_s = 1 + below(random, 20)});
  // The first address of the prefix belongs to the object; others of it may belong to others.
  for (const PrefixRecord& p : policy.image().prefixes()) {
    if (p.object != object || policy.destinations().find(p.prefix.address) != object) continue;
    maybe(GiveUpDestination{p.prefix});
  }
  return measures;
}

/// The object that a frame is about.
std::uint32_t object_of(const PolicyTables& policy, const Traffic::Event& event) {
  test::Bytes copy = event.bytes;
  const auto length = static_cast<std::uint32_t>(copy.size());
  const Headers headers =
      parse({.data = copy.data(), .length = length, .capacity = length, .checksum = event.hint});
  if (!headers.addressed) return PrefixMap::none;
  return policy.destinations().find(event.from == Side::outside ? headers.destination
                                                                : headers.source);
}

bool follows(const Traffic::Event& next, const Traffic::Event& first) {
  return next.from == first.from && next.wait_ms == 0 && !next.alone && !first.alone;
}

std::vector<Traffic::Event> events_of(Box& box, const std::vector<std::uint32_t>& seeds) {
  std::vector<Traffic::Event> events;
  Traffic traffic;
  for (const std::uint32_t seed : seeds) {
    for (Traffic::Event& event : traffic.next(seed)) {
      if (event.wait_ms != 0) box.wait(event.wait_ms);
      box.take({&event, 1});
      box.deliver([&](Side to, const test::Bytes& bytes) { traffic.hear(to, bytes); });
      events.push_back(std::move(event));
    }
  }
  return events;
}

RC_GTEST_PROP(Measures, OfOneObjectChangeNothingForAnother,
              (std::uint32_t policy_seed, std::uint32_t measures_seed)) {
  const auto seeds =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  Random policy_random{policy_seed};
  const test::TestPolicy policy = policy_of(policy_random);
  // What is sent depends on what is heard, so it is made with one pipeline and then the same for
  // the two that are compared.
  const auto events = events_of(*std::make_unique<Box>(policy), seeds);
  const auto plain = std::make_unique<Box>(policy);
  const auto measured = std::make_unique<Box>(policy);
  Random random{measures_seed};
  const std::uint32_t target = std::array{0U, 1U, 5U}[below(random, 3)];

  const std::span<const Traffic::Event> all{events};
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t wanted = 1 + below(random, max_burst);
    std::size_t end = begin + 1;
    while (end < all.size() && end - begin < wanted && follows(all[end], all[begin])) ++end;
    if (one_in(random, 4)) {
      const PolicyTables& tables = measured->ground().policy;
      measured->ground().set_measures(measures_for(tables, target, random));
    }
    for (Box* box : {plain.get(), measured.get()}) {
      if (all[begin].wait_ms != 0) box->wait(all[begin].wait_ms);
    }
    const auto burst = all.subspan(begin, end - begin);
    const std::vector<Fate> before = plain->take(burst);
    const std::vector<Fate> after = measured->take(burst);
    for (std::size_t i = 0; i < burst.size(); ++i) {
      // An ICMP error to one object may quote a connection of another.
      const std::uint32_t object = object_of(plain->ground().policy, burst[i]);
      if (object == target || burst[i].alone || before[i] == after[i]) continue;
      RC_LOG() << test::decode_packet(burst[i].bytes, opposite(burst[i].from)) << "\n"
               << before[i].text() << "\nwith measures for " << policy.objects[target].name << ": "
               << after[i].text() << "\n";
      RC_FAIL("a packet of another object fared otherwise");
    }
    begin = end;
  }
}

}  // namespace
}  // namespace sekimori
