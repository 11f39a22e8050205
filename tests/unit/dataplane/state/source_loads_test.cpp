#include "dataplane/state/source_loads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace sekimori {
namespace {

Address host(std::uint32_t number) {
  return Address::from_ipv4(be32{number});
}

class Loads : public testing::Test {
 protected:
  std::unique_ptr<WorkerEvidence> shown_ = std::make_unique<WorkerEvidence>();
  SourceLoads loads_{SipKey{.k0 = 1, .k1 = 2}, *shown_};

  bool add(const Address& source, std::uint32_t object, const SourceLoads::Amount& amount) {
    return loads_.add(loads_.hash(source), source, object, amount);
  }
  std::vector<SourceLoad> all() const {
    std::vector<SourceLoad> result;
    for (const WorkerEvidence::Source& place : shown_->sources) {
      SourceLoad load;
      if (place.read(load) != 0 && load.packets != 0) result.push_back(load);
    }
    return result;
  }
  std::optional<SourceLoad> of(const Address& source, std::uint32_t object) const {
    for (const SourceLoad& load : all()) {
      if (load.source == source && load.object_slot == object) return load;
    }
    return std::nullopt;
  }
};

TEST_F(Loads, AddUpBySourceAndObject) {
  EXPECT_TRUE(add(host(7), 3, {.packets = 1, .bytes = 60, .connections = 1}));
  EXPECT_FALSE(add(host(7), 3, {.packets = 5, .bytes = 500}));
  EXPECT_TRUE(add(host(7), 4, {.packets = 2, .bytes = 120}));
  EXPECT_TRUE(add(host(8), 3, {.packets = 9, .bytes = 900}));
  EXPECT_EQ(all().size(), 3U);
  const auto load = of(host(7), 3);
  ASSERT_TRUE(load.has_value());
  EXPECT_EQ(load->packets, 6U);
  EXPECT_EQ(load->bytes, 560U);
  EXPECT_EQ(load->connections, 1U);
  EXPECT_EQ(of(host(7), 4)->packets, 2U);
}

TEST_F(Loads, TakeANetworkOfIpv6ForOneSource) {
  EXPECT_TRUE(add(*Address::parse("2001:db8:1:2::7"), 0, {.packets = 1}));
  EXPECT_FALSE(add(*Address::parse("2001:db8:1:2:ffff::1"), 0, {.packets = 1}));
  EXPECT_TRUE(add(*Address::parse("2001:db8:1:3::7"), 0, {.packets = 1}));
  EXPECT_EQ(of(*Address::parse("2001:db8:1:2::"), 0)->packets, 2U);
}

TEST_F(Loads, StayWithinTheirTable) {
  constexpr std::uint32_t sources = 100'000;
  for (std::uint32_t i = 0; i < sources; ++i) add(host(i), i % 3, {.packets = 1, .bytes = 60});
  const std::vector<SourceLoad> loads = all();
  EXPECT_GT(loads.size(), stats_source_slots * 9 / 10);
  EXPECT_LE(loads.size(), stats_source_slots);
  for (const SourceLoad& load : loads) EXPECT_EQ(load.packets, 1U) << "nothing is inherited";
}

TEST_F(Loads, KeepAHeavySourceAmongManyLightOnes) {
  constexpr std::uint32_t light = 200'000;
  std::uint64_t sent = 0;
  for (std::uint32_t i = 0; i < light; ++i) {
    add(host(1'000 + i), 0, {.packets = 1, .bytes = 60});
    if (i % 100 == 0) {
      add(host(1), 0, {.packets = 1, .bytes = 60});
      ++sent;
    }
  }
  const auto heavy = of(host(1), 0);
  ASSERT_TRUE(heavy.has_value());
  EXPECT_LE(heavy->packets, sent);
  EXPECT_GT(heavy->packets, sent / 2);
}

TEST_F(Loads, LetSourcesOfBeforeFade) {
  constexpr std::uint64_t minute_ms = 60'000;
  for (std::uint32_t i = 0; i < 40'000; ++i) add(host(i), 0, {.packets = 1'000});
  loads_.age(1);
  // Later others come, of which each sends far less than those did.
  const auto newcomers = [&] {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < 500; ++i) {
      for (int packet = 0; packet < 4; ++packet) add(host(1'000'000 + i), 0, {.packets = 1});
    }
    for (std::uint32_t i = 0; i < 500; ++i)
      kept += of(host(1'000'000 + i), 0).has_value() ? 1U : 0U;
    return kept;
  };
  for (std::uint64_t now_ms = 1; now_ms < 4 * minute_ms; ++now_ms) loads_.age(now_ms);
  EXPECT_GT(newcomers(), 450U);
}

TEST_F(Loads, DoNotOverflowTheirWeights) {
  for (int i = 0; i < 100'000; ++i) add(host(1), 0, {.packets = 1U << 20, .bytes = 1});
  EXPECT_EQ(of(host(1), 0)->packets, 100'000ULL << 20);
  EXPECT_EQ(of(host(1), 0)->bytes, 100'000U);
}

}  // namespace
}  // namespace sekimori
