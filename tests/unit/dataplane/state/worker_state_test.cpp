#include "dataplane/state/worker_state.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;

TEST(Pool, GivesEveryPlaceOnceAndTakesItBack) {
  Pool<int> pool{3};
  EXPECT_EQ(pool.size(), 0U);
  const std::uint32_t a = pool.take();
  const std::uint32_t b = pool.take();
  const std::uint32_t c = pool.take();
  EXPECT_EQ(pool.take(), Pool<int>::none);
  EXPECT_NE(a, b);
  EXPECT_NE(b, c);
  EXPECT_NE(a, c);
  EXPECT_EQ(pool.size(), 3U);
  pool.give_back(b);
  EXPECT_EQ(pool.size(), 2U);
  EXPECT_EQ(pool.take(), b);
}

TEST(Outbox, KeepsPacketsInOrderUntilItIsFull) {
  Outbox outbox{100, 3};
  ASSERT_EQ(outbox.add(Side::outside, 60).size(), 60U);
  EXPECT_TRUE(outbox.add(Side::inside, 41).empty());
  ASSERT_EQ(outbox.add(Side::inside, 30).size(), 30U);
  ASSERT_EQ(outbox.add(Side::inside, 1).size(), 1U);
  EXPECT_TRUE(outbox.add(Side::inside, 1).empty()) << "no more than three packets";
  ASSERT_EQ(outbox.packets().size(), 3U);
  EXPECT_EQ(outbox.packets()[0].to, Side::outside);
  EXPECT_EQ(outbox.packets()[1].bytes.data(), outbox.packets()[0].bytes.data() + 60);
  outbox.clear();
  EXPECT_TRUE(outbox.packets().empty());
  EXPECT_EQ(outbox.add(Side::outside, 100).size(), 100U);
}

/// A state with one connection whose handshake with the server is under way.
struct Connecting {
  explicit Connecting(std::uint32_t hold_capacity = 8)
      : ground([&] {
          test::TestPolicy policy;
          policy.global.hold_capacity = hold_capacity;
          return policy;
        }()),
        state(ground.policy.global(), 1, ground.secret, ground.keys, ground.stats, ground.meters,
              *ground.evidence) {}

  std::uint32_t open(std::uint16_t port) {
    const FlowKey key{.client = *Address::parse("198.51.100.7"),
                      .server = *Address::parse("192.0.2.10"),
                      .client_port = port,
                      .server_port = 80};
    const std::uint32_t flow = state.flows.insert(key.hash(state.flow_key), key);
    const std::uint32_t place = state.handshakes.take();
    state.handshakes[place] = Handshake{};
    state.handshakes[place].flow = flow;
    state.flows[flow].handshake = place;
    state.flows[flow].state = FlowState::connecting;
    return flow;
  }
  Handshake& handshake(std::uint32_t flow) { return state.handshakes[state.flows[flow].handshake]; }
  std::vector<Bytes> held(const Handshake& h) {
    std::vector<Bytes> segments;
    std::uint32_t index = h.first_held;
    for (std::uint16_t i = 0; i < h.held; ++i, index = state.held[index].next) {
      const HeldSegment& s = state.held[index];
      segments.emplace_back(s.bytes.begin(), s.bytes.begin() + s.length);
    }
    return segments;
  }

  test::TestGround ground;
  WorkerState state;
};

TEST(Hold, KeepsSegmentsInOrderUpToTheConnectionsLimit) {
  Connecting c;
  Handshake& h = c.handshake(c.open(1));
  EXPECT_TRUE(c.state.hold(h, Bytes{1, 2, 3}, 3));
  EXPECT_TRUE(c.state.hold(h, Bytes{4}, 3));
  EXPECT_TRUE(c.state.hold(h, Bytes{5, 6}, 3));
  EXPECT_FALSE(c.state.hold(h, Bytes{7}, 3));
  EXPECT_EQ(c.held(h), (std::vector<Bytes>{{1, 2, 3}, {4}, {5, 6}}));
}

TEST(Hold, IsSharedByAllConnectionsAndIsGivenBack) {
  Connecting c{4};
  const std::uint32_t first = c.open(1);
  const std::uint32_t second = c.open(2);
  for (std::uint8_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(c.state.hold(c.handshake(first), Bytes{i}, 10));
    EXPECT_TRUE(c.state.hold(c.handshake(second), Bytes{static_cast<std::uint8_t>(10 + i)}, 10));
  }
  EXPECT_FALSE(c.state.hold(c.handshake(second), Bytes{9}, 10));
  EXPECT_EQ(c.held(c.handshake(second)), (std::vector<Bytes>{{10}, {11}}));
  c.state.end_handshake(c.state.flows[first].handshake);
  EXPECT_EQ(c.state.held.size(), 2U);
  EXPECT_EQ(c.state.flows[first].handshake, Flow::no_handshake);
  EXPECT_TRUE(c.state.hold(c.handshake(second), Bytes{12}, 10));
  EXPECT_EQ(c.held(c.handshake(second)), (std::vector<Bytes>{{10}, {11}, {12}}));
}

TEST(Hold, TakesNothingThatIsTooLong) {
  Connecting c;
  Handshake& h = c.handshake(c.open(1));
  EXPECT_FALSE(c.state.hold(h, Bytes(HeldSegment::capacity + 1), 10));
  EXPECT_TRUE(c.state.hold(h, Bytes(HeldSegment::capacity), 10));
  EXPECT_FALSE(c.state.hold(h, Bytes{1}, 0));
}

TEST(RemoveFlow, TakesTheHandshakeAndWhatItHoldsWithIt) {
  Connecting c;
  const std::uint32_t flow = c.open(1);
  c.state.hold(c.handshake(flow), Bytes{1}, 10);
  c.state.hold(c.handshake(flow), Bytes{2}, 10);
  const std::uint32_t place = c.state.flows[flow].handshake;
  c.state.remove_flow(flow);
  EXPECT_EQ(c.state.flows.size(), 0U);
  EXPECT_EQ(c.state.handshakes.size(), 0U);
  EXPECT_EQ(c.state.handshakes[place].flow, Handshake::none);
  EXPECT_EQ(c.state.held.size(), 0U);
  EXPECT_EQ(c.ground.counters(), "flow_removed=1 hold_discarded=2");
}

TEST(FlowKey, HashesEveryPartOfItself) {
  const SipKey key{.k0 = 3, .k1 = 4};
  const FlowKey ipv4{.client = *Address::parse("198.51.100.7"),
                     .server = *Address::parse("192.0.2.10"),
                     .client_port = 4000,
                     .server_port = 80};
  const FlowKey ipv6{.client = *Address::parse("2001:db8::7"),
                     .server = *Address::parse("2001:db8::10"),
                     .client_port = 4000,
                     .server_port = 80};
  for (const FlowKey& flow : {ipv4, ipv6}) {
    FlowKey swapped = flow;
    std::swap(swapped.client, swapped.server);
    FlowKey ports = flow;
    std::swap(ports.client_port, ports.server_port);
    FlowKey port = flow;
    port.client_port ^= 0x8000;
    for (const FlowKey& other : {swapped, ports, port}) {
      EXPECT_NE(flow.hash(key), other.hash(key));
      EXPECT_FALSE(flow == other);
    }
    EXPECT_NE(flow.hash(key), flow.hash({.k0 = 3, .k1 = 5}));
  }
}

TEST(Flow, TakesNumbersNearTheAcknowledgedOneForTheClients) {
  Flow flow;
  for (const std::uint32_t acknowledged : {0U, 1000U, 0x7fffffffU, 0xfffffff0U}) {
    flow.client_sequence = acknowledged;
    EXPECT_TRUE(flow.is_near(acknowledged));
    EXPECT_TRUE(flow.is_near(acknowledged - (1U << 16)));
    EXPECT_FALSE(flow.is_near(acknowledged - (1U << 16) - 1));
    EXPECT_TRUE(flow.is_near(acknowledged + (1U << 20)));
    EXPECT_FALSE(flow.is_near(acknowledged + (1U << 20) + 1));
    EXPECT_FALSE(flow.is_near(acknowledged + 0x80000000U));
  }
}

}  // namespace
}  // namespace sekimori
