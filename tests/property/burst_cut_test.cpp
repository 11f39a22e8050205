// What becomes of a sequence of frames does not depend on how it is cut into bursts.
//
// A sequence is made by taking frames through a pipeline one by one, as clients and servers answer
// what they hear. The same frames then go through a second pipeline in bursts of any size, and
// verdicts, reasons, all bytes sent and all counters are compared. Replies are not limited: with a
// limit it is not promised which frames of a burst get them.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

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
using test::TestObject;
using test::Traffic;

TestObject object_in(SynMode mode, const char* name, std::vector<std::string> prefixes) {
  return {.name = name, .prefixes = std::move(prefixes), .settings = test::ordinary_object(mode)};
}

/// An object in every mode; tables that hold little, or all that comes.
test::TestPolicy policy_of(Random& random) {
  test::TestPolicy policy;
  policy.global.reply_limit_pps = 0;
  if (one_in(random, 2)) {
    policy.global.flow_capacity = 8;
    policy.global.handshake_capacity = 4;
    policy.global.hold_capacity = 4;
    policy.global.hold_segments_per_flow = 3;
    policy.global.source_capacity = 4;
    policy.global.backend_capacity = 2;
  }
  policy.allow = {"203.0.113.0/28"};
  policy.block = {"203.0.113.64/26"};
  TestObject proxy =
      object_in(SynMode::proxy, "proxy", {"192.0.2.10", "192.0.2.11", "2001:db8::10"});
  proxy.settings.assumed_timestamps = one_in(random, 2) ? 1 : 0;
  proxy.settings.unparsed = Action::pass;
  proxy.services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
                    {.first_port = 8000, .last_port = 8100, .syn_mode = SynMode::off}};
  if (one_in(random, 2)) proxy.services.clear();
  if (one_in(random, 3)) proxy.settings.new_connections_per_s = 20;
  TestObject talkative = object_in(SynMode::proxy, "talkative", {"192.0.2.12"});
  talkative.settings.unknown_ack_reply = UnknownAckReply::rst;
  TestObject limited = object_in(SynMode::off, "off", {"192.0.2.0/24", "2001:db8::/64"});
  limited.settings.limits.fill({.packets_per_s = 100, .bits_per_s = 400'000});
  policy.objects = {proxy,
                    talkative,
                    object_in(SynMode::reset, "reset", {"192.0.2.13"}),
                    object_in(SynMode::bad_ack, "bad_ack", {"192.0.2.14"}),
                    object_in(SynMode::retransmit, "retransmit", {"192.0.2.15"}),
                    limited};
  return policy;
}

/// A sequence and what became of each frame.
struct Story {
  std::vector<Traffic::Event> events;
  std::vector<Fate> fates;
};

/// Takes the frames through `box` one at a time.
Story tell(Box& box, const std::vector<std::uint32_t>& seeds) {
  Story story;
  Traffic traffic;
  for (const std::uint32_t seed : seeds) {
    for (Traffic::Event& event : traffic.next(seed)) {
      if (event.wait_ms != 0) box.wait(event.wait_ms);
      story.fates.push_back(box.take({&event, 1}).front());
      box.deliver([&](Side to, const Bytes& bytes) { traffic.hear(to, bytes); });
      story.events.push_back(std::move(event));
    }
  }
  return story;
}

/// Whether an event may follow another in one burst.
bool follows(const Traffic::Event& next, const Traffic::Event& first) {
  return next.from == first.from && next.wait_ms == 0 && !next.alone && !first.alone;
}

/// Takes the same frames through `box` in bursts of up to `most`.
std::vector<Fate> tell_in_bursts(Box& box, const Story& story, Random& cuts, std::uint32_t most) {
  std::vector<Fate> fates;
  const std::span<const Traffic::Event> events{story.events};
  for (std::size_t begin = 0; begin < events.size();) {
    const Traffic::Event& first = events[begin];
    const std::size_t wanted = most == max_burst && one_in(cuts, 2) ? most : 1 + below(cuts, most);
    std::size_t end = begin + 1;
    while (end < events.size() && end - begin < wanted && follows(events[end], first)) ++end;
    if (first.wait_ms != 0) box.wait(first.wait_ms);
    const auto burst = box.take(events.subspan(begin, end - begin));
    fates.insert(fates.end(), burst.begin(), burst.end());
    begin = end;
  }
  return fates;
}

void print(const Story& story, std::size_t end) {
  for (std::size_t i = 0; i < end; ++i) {
    const Traffic::Event& event = story.events[i];
    RC_LOG() << i << " +" << event.wait_ms << " ms "
             << (event.from == Side::outside ? "from outside " : "from inside ")
             << test::decode_packet(event.bytes, opposite(event.from)) << "\n    "
             << story.fates[i].text() << "\n";
  }
}

RC_GTEST_PROP(Bursts, MayBeCutAnywhere, (std::uint32_t policy_seed, std::uint32_t cut_seed)) {
  const auto seeds =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  Random random{policy_seed};
  const test::TestPolicy policy = policy_of(random);
  const auto one_by_one = std::make_unique<Box>(policy);
  const Story story = tell(*one_by_one, seeds);
  Random cuts{cut_seed};
  for (const std::uint32_t most : {4U, 64U}) {
    const auto box = std::make_unique<Box>(policy);
    const auto fates = tell_in_bursts(*box, story, cuts, most);
    const auto [is, should_be] = std::ranges::mismatch(fates, story.fates);
    if (is != fates.end()) {
      print(story, static_cast<std::size_t>(is - fates.begin()) + 1);
      RC_LOG() << "in bursts: " << is->text() << "\n";
      RC_FAIL("a frame fared otherwise");
    }
    RC_ASSERT(box->sent() == one_by_one->sent());
    one_by_one->wait(0);
    box->wait(0);
    RC_ASSERT(box->totals() == one_by_one->totals());
  }
}

}  // namespace
}  // namespace sekimori
