// Segments of open connections are taken by columns where they are plain, and one by one where they
// are not. A VLAN tag is enough for a frame not to be plain, and changes nothing else: two boxes
// hear the same, one with tags and one without, and say the same.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/property/box.hpp"

namespace sekimori {
namespace {

using test::below;
using test::Box;
using test::Bytes;
using test::Fate;
using test::one_in;
using test::Random;
using test::Traffic;

constexpr std::array<std::uint8_t, 4> tag{0x81, 0x00, 0x00, 0x64};
constexpr std::ptrdiff_t tag_offset = 2 * sizeof(MacAddress);

Bytes tagged(Bytes frame) {
  frame.insert(frame.begin() + tag_offset, tag.begin(), tag.end());
  return frame;
}

/// Frames that stay in the box have no bytes.
Bytes untagged(Bytes frame) {
  if (frame.empty()) return frame;
  RC_ASSERT(std::equal(tag.begin(), tag.end(), frame.begin() + tag_offset));
  frame.erase(frame.begin() + tag_offset, frame.begin() + tag_offset + tag.size());
  return frame;
}

test::TestPolicy policy_of(bool assumed_timestamps) {
  test::TestPolicy policy;
  policy.objects = {{.name = "server",
                     .prefixes = {"192.0.2.10", "2001:db8::10"},
                     .settings = test::ordinary_object(SynMode::proxy)}};
  policy.objects[0].settings.assumed_timestamps = assumed_timestamps ? 1 : 0;
  return policy;
}

class Lanes {
 public:
  explicit Lanes(const test::TestPolicy& policy)
      : plain_(std::make_unique<Box>(policy)), tagged_(std::make_unique<Box>(policy)) {}

  /// Takes a burst through both boxes.
  std::vector<Fate> take(Side from, const std::vector<std::string>& lines) {
    std::vector<Traffic::Event> events;
    for (const std::string& line : lines) {
      events.push_back({.from = from, .bytes = test::frame_bytes(line, opposite(from))});
    }
    const std::vector<Fate> fates = plain_->take(events);
    for (Traffic::Event& event : events) event.bytes = tagged(event.bytes);
    std::vector<Fate> others = tagged_->take(events);
    for (std::size_t i = 0; i < fates.size(); ++i) {
      others[i].bytes = untagged(others[i].bytes);
      RC_LOG() << lines[i] << ": " << fates[i].text() << "\n";
      RC_ASSERT(others[i] == fates[i]);
    }
    return fates;
  }

  void wait(std::uint64_t ms) {
    for (Box* box : {plain_.get(), tagged_.get()}) box->wait(ms);
  }

  /// What can be seen of both but for bytes, which the tags add to.
  void compare() {
    const test::TestGround& a = plain_->ground();
    const test::TestGround& b = tagged_->ground();
    RC_ASSERT(a.verdicts() == b.verdicts());
    RC_ASSERT(a.drops() == b.drops());
    for (const Counter c : {Counter::flow_created, Counter::flow_removed, Counter::flow_established,
                            Counter::rst_sent, Counter::cookie_valid, Counter::flows}) {
      RC_ASSERT(a.counter(c) == b.counter(c));
    }
  }

 private:
  std::unique_ptr<Box> plain_;
  std::unique_ptr<Box> tagged_;
};

std::string text(const char* key, std::uint32_t value) {
  return std::string{" "} + key + "=" + std::to_string(value);
}

/// Numbers anywhere, as often as not so that they wrap around in the next few segments.
std::uint32_t start_number(Random& random) {
  return one_in(random, 2) ? static_cast<std::uint32_t>(random()) : 0U - below(random, 3000);
}

/// Options that a SYN or SYN-ACK offers, each or none of them.
std::string offers(Random& random) {
  std::string options = " mss=1460";
  if (one_in(random, 2)) options += " sackok";
  if (one_in(random, 2)) options += text("ws", below(random, 15));
  return options;
}

/// A connection and the numbers that its ends are at.
struct Connection {
  std::string client = "198.51.100.7:4000";
  std::string server = "192.0.2.10:80";
  std::uint32_t client_next = 0;
  std::uint32_t client_knows = 0;  ///< of the server's numbers as the client sees them
  std::uint32_t server_next = 0;
  bool timestamps = false;

  /// The beginning of a line, up to the flags.
  [[nodiscard]] std::string line(Side from, const std::string& flags) const {
    const bool outside = from == Side::outside;
    return (outside ? client : server) + " > " + (outside ? server : client) + " tcp [" + flags +
           "]";
  }
};

Connection establish(Lanes& lanes, Random& random) {
  Connection c{.client_next = start_number(random),
               .server_next = start_number(random),
               .timestamps = one_in(random, 2)};
  if (one_in(random, 3)) {
    c.client = "[2001:db8:1::7]:4000";
    c.server = "[2001:db8::10]:80";
  }
  const std::string client_ts = c.timestamps ? " ts=100/0" : "";
  const Fate answer = lanes.take(
      Side::outside,
      {c.line(Side::outside, "S") + text("seq", c.client_next) + client_ts + offers(random)})[0];
  Bytes bytes = answer.bytes;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  const Headers syn_ack = parse({.data = bytes.data(), .length = length, .capacity = length});
  c.client_knows = syn_ack.sequence + 1;
  ++c.client_next;
  const std::string echo =
      c.timestamps ? " ts=101/" + std::to_string(syn_ack.options.timestamp_value) : "";
  lanes.take(Side::outside, {c.line(Side::outside, ".") + text("seq", c.client_next) +
                             text("ack", c.client_knows) + echo});
  const std::string server_ts = c.timestamps && !one_in(random, 3) ? " ts=9000/101" : "";
  lanes.take(Side::inside, {c.line(Side::inside, "S.") + text("seq", c.server_next) +
                            text("ack", c.client_next) + server_ts + offers(random)});
  ++c.server_next;
  return c;
}

/// A segment of one end, mostly one that belongs there.
std::string segment(Random& random, Connection& c, Side from) {
  static constexpr std::array usual{".", ".", ".", "P.", "P.", "U.", "F.", "R", "R.", "S", "S."};
  const std::string flags =
      usual[below(random, one_in(random, 4) ? static_cast<std::uint32_t>(usual.size()) : 5)];
  std::uint32_t& next = from == Side::outside ? c.client_next : c.server_next;
  const std::uint32_t knows = from == Side::outside ? c.client_knows : c.client_next;
  std::uint32_t sequence = next - (one_in(random, 8) ? below(random, 5000) : 0);
  if (one_in(random, 16)) sequence = static_cast<std::uint32_t>(random());
  const std::uint32_t length = one_in(random, 2) ? below(random, 200) : 0;
  std::string line =
      c.line(from, flags) + text("seq", sequence) + text("win", below(random, 65'536));
  if (flags != "R" && flags != "S") line += text("ack", knows + below(random, 1000));
  for (std::uint32_t nops = below(random, 3); nops > 0; --nops) line += " nop";
  if (c.timestamps || one_in(random, 8)) {
    line += " ts=" + std::to_string(random()) + "/" + std::to_string(random());
  }
  if (one_in(random, 4)) {
    const std::uint32_t edge = knows + below(random, 3000);
    line += " sack=" + std::to_string(edge) + "-" + std::to_string(edge + 500);
  }
  if (sequence == next) next += length;
  return line + text("len", length);
}

RC_GTEST_PROP(Lanes, GiveTheSameBytes, (std::uint32_t seed)) {
  Random random{seed};
  Lanes lanes{policy_of(one_in(random, 2))};
  Connection connection = establish(lanes, random);
  for (std::uint32_t bursts = 1 + below(random, 6); bursts > 0; --bursts) {
    const Side from = one_in(random, 2) ? Side::outside : Side::inside;
    std::vector<std::string> lines;
    for (std::uint32_t i = 1 + below(random, max_burst); i > 0; --i) {
      lines.push_back(segment(random, connection, from));
    }
    lanes.take(from, lines);
    if (one_in(random, 4)) lanes.wait(below(random, 70'000));
  }
  lanes.wait(0);
  lanes.compare();
}

}  // namespace
}  // namespace sekimori
