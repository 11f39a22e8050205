// What is shown of the traffic is true: samples are packets that came, with what became of them,
// and sources have really sent what they are said to have sent.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "dataplane/state/source_loads.hpp"
#include "tests/property/box.hpp"
#include "tests/property/traffic.hpp"

namespace sekimori {
namespace {

using test::below;
using test::Box;
using test::Bytes;
using test::Fate;
using test::one_in;
using test::Random;
using test::Traffic;

std::vector<SourceLoad> shown(const WorkerEvidence& evidence) {
  std::vector<SourceLoad> result;
  for (const WorkerEvidence::Source& place : evidence.sources) {
    SourceLoad load;
    if (place.read(load) != 0) result.push_back(load);
  }
  return result;
}

Address host(std::uint32_t number) {
  return Address::from_ipv4(be32{number});
}

// More than one packet in eight is more than one in eight of any set of places.
RC_GTEST_PROP(SourceLoads, KeepWhoSendsMoreThanItsShare, (std::uint32_t seed)) {
  Random random{seed};
  const auto evidence = std::make_unique<WorkerEvidence>();
  SourceLoads loads{SipKey{.k0 = random(), .k1 = random()}, *evidence};
  const std::uint32_t others = 1 + below(random, 20'000);
  const std::uint32_t packets = 1 + below(random, 20'000);
  const bool late = one_in(random, 2);
  std::map<Address, std::uint64_t> sent;
  std::uint64_t of_heavy = 0;
  const auto send = [&](const Address& source) {
    loads.add(loads.hash(source), source, 5, {.packets = 1, .bytes = 60});
    ++sent[source];
  };
  for (std::uint32_t i = 0; i < packets; ++i) {
    if (!late && i % 7 == 0) {
      send(host(0));
      ++of_heavy;
    }
    send(host(1 + below(random, others)));
  }
  for (; of_heavy * 8 <= packets + of_heavy; ++of_heavy) send(host(0));

  bool heavy_is_there = false;
  for (const SourceLoad& load : shown(*evidence)) {
    heavy_is_there |= load.source == host(0);
    RC_ASSERT(load.object_slot == 5U);
    RC_ASSERT(load.packets >= 1U);
    RC_ASSERT(load.packets <= sent[load.source]);
    RC_ASSERT(load.bytes == 60 * load.packets);
  }
  RC_ASSERT(heavy_is_there);
}

test::TestPolicy policy_of() {
  const auto object = [](SynMode mode, const char* name, std::vector<std::string> prefixes) {
    return test::TestObject{
        .name = name, .prefixes = std::move(prefixes), .settings = test::ordinary_object(mode)};
  };
  test::TestPolicy policy;
  policy.objects = {object(SynMode::proxy, "proxy", {"192.0.2.10", "192.0.2.11", "2001:db8::10"}),
                    object(SynMode::reset, "reset", {"192.0.2.13"}),
                    object(SynMode::bad_ack, "bad_ack", {"192.0.2.14"}),
                    object(SynMode::retransmit, "retransmit", {"192.0.2.15"}),
                    object(SynMode::off, "off", {"192.0.2.0/24", "2001:db8::/64"})};
  return policy;
}

Headers headers_of(const Traffic::Event& event) {
  Bytes copy = event.bytes;
  const auto length = static_cast<std::uint32_t>(copy.size());
  return parse({.data = copy.data(), .length = length, .capacity = length, .checksum = event.hint});
}

/// The part of an address that a proof is about.
Address proved_part(const Address& source) {
  return source.is_ipv4() ? source : source.masked(64);
}

RC_GTEST_PROP(Evidence, ShowsNoSourceThatHasProvedNothing, ()) {
  const auto seeds =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  const auto box = std::make_unique<Box>(policy_of());
  Traffic traffic;
  std::map<Address, std::uint64_t> proofs;
  for (const std::uint32_t seed : seeds) {
    for (const Traffic::Event& event : traffic.next(seed)) {
      if (event.wait_ms != 0) box->wait(event.wait_ms);
      const std::uint64_t cookies = box->ground().counter(Counter::cookie_valid);
      box->take({&event, 1});
      box->deliver([&](Side to, const Bytes& bytes) { traffic.hear(to, bytes); });
      if (event.from != Side::outside) continue;
      if (box->ground().counter(Counter::cookie_valid) == cookies) continue;
      ++proofs[proved_part(headers_of(event).source)];
    }
  }
  for (const SourceLoad& load : shown(*box->ground().evidence)) {
    RC_ASSERT(proofs.contains(load.source));
    RC_ASSERT(load.connections >= 1U);
    RC_ASSERT(load.connections <= proofs[load.source]);
  }
}

/// The frame as it is sampled: a checksum that was left to offload has been completed.
Bytes with_whole_checksum(const Traffic::Event& event) {
  Bytes bytes = event.bytes;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  (void)parse({.data = bytes.data(), .length = length, .capacity = length, .checksum = event.hint});
  return bytes;
}

RC_GTEST_PROP(Evidence, SamplesArePacketsThatCameWithTheirFate, ()) {
  const auto seeds =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  const auto box = std::make_unique<Box>(policy_of());
  const WorkerEvidence& evidence = *box->ground().evidence;
  Traffic traffic;
  std::uint64_t weights = 0;
  std::uint64_t packets = 0;
  for (const std::uint32_t seed : seeds) {
    for (const Traffic::Event& event : traffic.next(seed)) {
      box->wait(1 + event.wait_ms);
      const std::uint64_t taken = evidence.samples_taken;
      const Fate fate = box->take({&event, 1}).front();
      box->deliver([&](Side to, const Bytes& bytes) { traffic.hear(to, bytes); });
      packets += event.from == Side::outside ? 1 : 0;
      if (evidence.samples_taken == taken) continue;
      RC_ASSERT(event.from == Side::outside);
      PacketSample sample;
      RC_ASSERT(evidence.samples[taken % stats_sample_slots].read(sample) == taken + 1);
      RC_ASSERT(sample.wire_bytes == event.bytes.size());
      RC_ASSERT(sample.verdict == fate.decision.verdict);
      RC_ASSERT(sample.verdict != Verdict::drop || sample.reason == fate.decision.reason);
      const Bytes arrived = with_whole_checksum(event);
      RC_ASSERT(std::ranges::equal(
          sample.captured(), std::span{arrived}.first(std::min<std::size_t>(arrived.size(), 128))));
      weights += sample.weight;
    }
  }
  RC_ASSERT(weights <= packets);
}

}  // namespace
}  // namespace sekimori
