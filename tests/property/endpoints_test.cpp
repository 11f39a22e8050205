// A client and a server that talk through the proxy over links that lose, repeat and disorder
// frames: everything arrives, and neither end ever sees a number that no correct peer would send.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "dataplane/pipeline/pipeline.hpp"
#include "tests/property/endpoint.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

/// What a run is made of.
struct Story {
  bool ipv6 = false;
  Stack client;
  Stack server;
  BackendProfile assumed;  ///< of the server, which may be another
  std::size_t client_bytes = 0;
  std::size_t server_bytes = 0;
  unsigned loss_percent = 0;
  unsigned repeat_percent = 0;
  unsigned jitter_ms = 0;
  std::uint32_t seed = 0;
};

void showValue(const Story& s, std::ostream& out) {
  const auto stack = [&](const Stack& k) {
    out << "scale " << int{k.scale} << " sack " << k.sack << " ts " << k.timestamps << " mss "
        << k.mss << " window " << k.window << "; ";
  };
  out << (s.ipv6 ? "IPv6; client " : "IPv4; client ");
  stack(s.client);
  out << "server ";
  stack(s.server);
  out << "assumed scale " << int{s.assumed.window_scale} << " sack " << s.assumed.sack << " ts "
      << s.assumed.timestamps << "; bytes " << s.client_bytes << "/" << s.server_bytes << "; loss "
      << s.loss_percent << " repeat " << s.repeat_percent << " jitter " << s.jitter_ms << " seed "
      << s.seed;
}

rc::Gen<Stack> any_stack() {
  const auto scale =
      rc::gen::elementOf(std::vector<std::uint8_t>{no_window_scale, 0, 2, 5, 7, 8, 14});
  return rc::gen::build<Stack>(
      rc::gen::set(&Stack::scale, scale), rc::gen::set(&Stack::sack),
      rc::gen::set(&Stack::timestamps),
      rc::gen::set(&Stack::mss,
                   rc::gen::elementOf(std::vector<std::uint16_t>{500, 1300, 1440, 1460})),
      rc::gen::set(&Stack::window,
                   rc::gen::elementOf(std::vector<std::uint32_t>{3000, 65535, 1U << 20})));
}

rc::Gen<Story> any_story() {
  const auto profile = rc::gen::build<BackendProfile>(
      rc::gen::set(&BackendProfile::window_scale,
                   rc::gen::elementOf(std::vector<std::uint8_t>{0, 7, 14})),
      rc::gen::set(&BackendProfile::sack), rc::gen::set(&BackendProfile::timestamps));
  return rc::gen::build<Story>(
      rc::gen::set(&Story::ipv6), rc::gen::set(&Story::client, any_stack()),
      rc::gen::set(&Story::server, any_stack()), rc::gen::set(&Story::assumed, profile),
      // A client that sends nothing cannot be told from one whose last ACK was lost (RFC 4987,
      // section 3.6), so it sends at least a byte.
      rc::gen::set(&Story::client_bytes, rc::gen::inRange<std::size_t>(1, 9000)),
      rc::gen::set(&Story::server_bytes, rc::gen::inRange<std::size_t>(0, 9000)),
      rc::gen::set(&Story::loss_percent, rc::gen::inRange(0U, 20U)),
      rc::gen::set(&Story::repeat_percent, rc::gen::inRange(0U, 10U)),
      rc::gen::set(&Story::jitter_ms, rc::gen::inRange(1U, 30U)), rc::gen::set(&Story::seed));
}

TestPolicy policy_of(const Story& story) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  ObjectRecord& settings = policy.objects[0].settings;
  settings.assumed_window_scale = story.assumed.window_scale;
  settings.assumed_sack = story.assumed.sack ? 1 : 0;
  settings.assumed_timestamps = story.assumed.timestamps ? 1 : 0;
  return policy;
}

Bytes random_bytes(std::mt19937& random, std::size_t length) {
  Bytes bytes(length);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

class Conversation {
 public:
  explicit Conversation(const Story& story)
      : story_(story),
        random_(story.seed),
        ground_(policy_of(story)),
        pipeline_(ground_.policy.global(), 1, ground_.secret, ground_.keys, ground_.stats,
                  ground_.meters, *ground_.evidence),
        client_data_(random_bytes(random_, story.client_bytes)),
        server_data_(random_bytes(random_, story.server_bytes)),
        client_({.own = client_name(), .peer = server_name(), .side = Side::outside, .opens = true},
                story.client, static_cast<std::uint32_t>(random_()), client_data_, server_data_),
        server_({.own = server_name(), .peer = client_name(), .side = Side::inside}, story.server,
                static_cast<std::uint32_t>(random_()), server_data_, client_data_) {}

  /// Runs until both ends are done and checks them.
  void run() {
    constexpr std::uint64_t longest_ms = 60'000;
    for (now_ms_ = 1; now_ms_ < longest_ms; ++now_ms_) {
      ground_.set_ms(now_ms_);
      pipeline_.tick(ground_.policy, ground_.now, 256);
      empty_outbox();
      step();
      if (client_.fault()) RC_FAIL(*client_.fault());
      if (server_.fault()) RC_FAIL(*server_.fault());
      check_windows();
      if (client_.done() && server_.done() && on_the_way_.empty()) break;
    }
    RC_ASSERT(client_.done());
    RC_ASSERT(server_.done());
    RC_ASSERT(ground_.counter(Counter::flow_established) == 1U);
    // Both FINs were seen, so the entry leaves soon.
    ground_.set_ms(now_ms_ + 10'001);
    pipeline_.tick(ground_.policy, ground_.now, 256);
    RC_ASSERT(ground_.counter(Counter::flows) == 0U);
    RC_ASSERT(ground_.counter(Counter::handshakes) == 0U);
  }

 private:
  /// Where a frame goes next.
  enum class Stop : std::uint8_t { box_from_outside, box_from_inside, client, server };

  [[nodiscard]] std::string client_name() const {
    return story_.ipv6 ? "[2001:db8::7]:4000" : "198.51.100.7:4000";
  }
  [[nodiscard]] std::string server_name() const {
    return story_.ipv6 ? "[2001:db8::10]:80" : "192.0.2.10:80";
  }

  /// Puts a frame onto a link, which may lose or repeat it.
  void post(Stop stop, const Bytes& frame) {
    if (random_() % 100 < story_.loss_percent) return;
    const unsigned copies = random_() % 100 < story_.repeat_percent ? 2 : 1;
    for (unsigned i = 0; i < copies; ++i) {
      on_the_way_.emplace(now_ms_ + 1 + random_() % story_.jitter_ms, std::pair{stop, frame});
    }
  }

  void post_from(Stop stop, std::vector<Bytes>& frames) {
    for (const Bytes& frame : frames) post(stop, frame);
    frames.clear();
  }

  void step() {
    std::vector<Bytes> sent;
    std::map<Side, std::vector<Bytes>> arriving;
    while (!on_the_way_.empty() && on_the_way_.begin()->first <= now_ms_) {
      const auto [stop, frame] = on_the_way_.extract(on_the_way_.begin()).mapped();
      if (stop == Stop::box_from_outside) arriving[Side::outside].push_back(frame);
      if (stop == Stop::box_from_inside) arriving[Side::inside].push_back(frame);
      if (stop == Stop::client) client_.receive(frame, now_ms_, sent);
      post_from(Stop::box_from_outside, sent);
      if (stop == Stop::server) server_.receive(frame, now_ms_, sent);
      post_from(Stop::box_from_inside, sent);
    }
    for (const auto& [side, frames] : arriving) process(side, frames);
    client_.poll(now_ms_, sent);
    post_from(Stop::box_from_outside, sent);
    server_.poll(now_ms_, sent);
    post_from(Stop::box_from_inside, sent);
  }

  static Stop end_at(Side side) { return side == Side::outside ? Stop::client : Stop::server; }

  void process(Side from, const std::vector<Bytes>& burst) {
    std::vector<FrameBuffer> buffers;
    std::vector<Frame> frames;
    for (const Bytes& bytes : burst) frames.push_back(buffers.emplace_back(bytes).frame());
    std::vector<Decision> decisions(frames.size());
    RC_ASSERT(frames.size() <= max_burst);
    pipeline_.process(from, frames, decisions, ground_.policy, ground_.now);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const Bytes bytes(frames[i].data, frames[i].data + frames[i].length);
      if (decisions[i].verdict == Verdict::reply) post(end_at(from), bytes);
      if (decisions[i].verdict == Verdict::forward) post(end_at(opposite(from)), bytes);
    }
    empty_outbox();
  }

  void empty_outbox() {
    for (const Outbox::Packet& packet : pipeline_.outbox().packets()) {
      post(end_at(packet.to), Bytes(packet.bytes.begin(), packet.bytes.end()));
    }
    pipeline_.outbox().clear();
  }

  /// What the client takes for the server's window is never more than that window, but for what a
  /// coarser scale cannot say, once the server itself has spoken.
  void check_windows() const {
    const auto understood = client_.peer_window();
    constexpr std::uint32_t syn_ack_window = 14600;
    if (!understood || *understood == syn_ack_window) return;
    const unsigned coarsest = std::max(client_.peer_scale(), server_.agreed_scale());
    RC_ASSERT(*understood > 0U);
    RC_ASSERT(*understood <= std::max(server_.stack().window, 1U << coarsest));
  }

  Story story_;
  std::mt19937 random_;
  TestGround ground_;
  Pipeline pipeline_;
  Bytes client_data_;
  Bytes server_data_;
  Endpoint client_;
  Endpoint server_;
  std::uint64_t now_ms_ = 0;
  std::multimap<std::uint64_t, std::pair<Stop, Bytes>> on_the_way_;
};

RC_GTEST_PROP(Endpoints, TalkThroughTheProxyOverBadLinks, ()) {
  const Story story = *any_story();
  std::make_unique<Conversation>(story)->run();
}

}  // namespace
}  // namespace sekimori::test
