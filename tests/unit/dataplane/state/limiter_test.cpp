#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/rate_limit.hpp"
#include "dataplane/state/reply_limiter.hpp"
#include "dataplane/state/syn_memory.hpp"

namespace sekimori {
namespace {

/// How many units of `amount` pass in `seconds` when one is offered every `every_ns`.
std::uint64_t admitted(RateLimit& limit, std::uint64_t per_s, std::uint64_t amount,
                       std::uint64_t every_ns, std::uint64_t seconds) {
  std::uint64_t passed = 0;
  for (std::uint64_t now = ns_per_s; now < (1 + seconds) * ns_per_s; now += every_ns) {
    if (limit.admit(now, per_s, amount)) passed += amount;
  }
  return passed;
}

TEST(RateLimit, OfZeroIsNone) {
  RateLimit limit;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.admit(0, 0, 1'000'000));
}

TEST(RateLimit, LetsItsRatePassWithABurstOfATenthOfASecond) {
  struct Row {
    std::uint64_t per_s;
    std::uint64_t amount;
    std::uint64_t every_ns;
  };
  for (const Row& row :
       {Row{10, 1, ns_per_ms}, Row{1000, 1, 100 * ns_per_us}, Row{1'000'000, 1, 500},
        Row{1'000'000'000, 12'000, 5000}, Row{100'000'000'000, 8192, 64}}) {
    RateLimit limit;
    const std::uint64_t passed = admitted(limit, row.per_s, row.amount, row.every_ns, 1);
    EXPECT_GE(passed, row.per_s) << row.per_s;
    EXPECT_LE(passed, row.per_s + row.per_s / 9 + 2 * row.amount) << row.per_s;
  }
}

TEST(RateLimit, LetsEverythingPassBelowItsRate) {
  RateLimit limit;
  EXPECT_EQ(admitted(limit, 1000, 1, 2 * ns_per_ms, 3), 1500U);
}

TEST(RateLimit, TakesAHigherRateAtOnce) {
  RateLimit limit;
  constexpr std::uint64_t now = 5 * ns_per_s;
  constexpr std::uint64_t packet_bits = 12'000;
  // At one bit a second this packet is paid for in over three hours.
  ASSERT_TRUE(limit.admit(now, 1, packet_bits));
  ASSERT_FALSE(limit.admit(now, 1, packet_bits));
  EXPECT_FALSE(limit.admit(now, 12'000'000, packet_bits));
  EXPECT_TRUE(limit.admit(now + 2 * ns_per_ms, 12'000'000, packet_bits));
}

TEST(RateLimit, SavesNothingUpWhileNothingComes) {
  RateLimit limit;
  EXPECT_TRUE(limit.admit(0, 10, 1));
  unsigned passed = 0;
  for (int i = 0; i < 100; ++i) passed += limit.admit(1000 * ns_per_s, 10, 1) ? 1U : 0U;
  // A tenth of a second at 10 a second is one, and one more may overshoot.
  EXPECT_EQ(passed, 2U);
}

TEST(RateLimit, HoldsForTheLargestPacketAndTheMostWorkers) {
  RateLimit limit;
  EXPECT_TRUE(limit.admit(0, 1'000'000, std::uint64_t{1} << 29));
  EXPECT_FALSE(limit.admit(500 * ns_per_s, 1'000'000, 1));
  EXPECT_TRUE(limit.admit(537 * ns_per_s, 1'000'000, 1));
}

TEST(ReplyLimiter, AdmitsItsRateToOneAddressInEachSecond) {
  ReplyLimiter limiter{{.k0 = 1, .k1 = 2}};
  const Address address = *Address::parse("198.51.100.7");
  for (std::uint64_t second = 0; second < 3; ++second) {
    unsigned admitted = 0;
    for (unsigned i = 0; i < 100; ++i) {
      admitted += limiter.admit(address, second * ns_per_s + i, 10) ? 1U : 0U;
    }
    EXPECT_EQ(admitted, 10U);
  }
}

TEST(ReplyLimiter, OfZeroIsNone) {
  ReplyLimiter limiter{{.k0 = 1, .k1 = 2}};
  const Address address = *Address::parse("198.51.100.7");
  for (unsigned i = 0; i < 10'000; ++i) EXPECT_TRUE(limiter.admit(address, 0, 0));
}

TEST(ReplyLimiter, KeepsAddressesApart) {
  ReplyLimiter limiter{{.k0 = 1, .k1 = 2}};
  unsigned refused = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    if (!limiter.admit(Address::from_ipv4(be32{0x0a000000 + i}), 0, 1)) ++refused;
  }
  // Two rows of 65,536 cells: both of an address are taken once in some hundred times at the end.
  EXPECT_LE(refused, 40U);
}

TEST(ReplyLimiter, CountsAnIpv6NetworkAsOne) {
  ReplyLimiter limiter{{.k0 = 1, .k1 = 2}};
  EXPECT_TRUE(limiter.admit(*Address::parse("2001:db8::1"), 0, 2));
  EXPECT_TRUE(limiter.admit(*Address::parse("2001:db8::2"), 0, 2));
  EXPECT_FALSE(limiter.admit(*Address::parse("2001:db8::3"), 0, 2));
  EXPECT_TRUE(limiter.admit(*Address::parse("2001:db8:0:1::3"), 0, 2));
}

TEST(ReplyLimiter, CountsNoFurtherThanItsCells) {
  ReplyLimiter limiter{{.k0 = 1, .k1 = 2}};
  const Address address = *Address::parse("198.51.100.7");
  unsigned admitted = 0;
  for (unsigned i = 0; i < (1U << 20) + 1000; ++i) {
    admitted += limiter.admit(address, 0, 4'000'000'000) ? 1U : 0U;
  }
  EXPECT_EQ(admitted, (1U << 20) - 1);
  EXPECT_TRUE(limiter.admit(address, ns_per_s, 4'000'000'000));
}

/// Addresses of both families, few enough that some come often.
Address some_address(std::uint32_t number) {
  if (number % 2 == 0) return Address::from_ipv4(be32{0x0a000000 + number});
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
  bytes[7] = static_cast<std::uint8_t>(number);
  bytes[15] = static_cast<std::uint8_t>(number >> 1);
  return Address::from_ipv6(bytes.data());
}

TEST(ReplyLimiter, DecidesInABurstAsItDoesOneByOne) {
  const SipKey key{.k0 = 3, .k1 = 4};
  ReplyLimiter single{key};
  ReplyLimiter burst{key};
  const SipHashBurst hashing;
  const auto messages = std::make_unique<PacketMessages>();
  std::mt19937 random{11};
  unsigned refused = 0;
  for (std::uint64_t round = 0; round < 400; ++round) {
    const std::uint64_t now_ns = round * 20 * ns_per_ms;
    const std::uint32_t per_s = round % 50 == 0 ? 0 : 20;
    std::vector<Address> addresses(random() % (max_burst + 1));
    messages->start(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      addresses[i] = some_address(static_cast<std::uint32_t>(random() % 100));
      messages->set_ipv4(i, ReplyLimiter::message(addresses[i]));
    }
    hashing.table_hashes(burst.key(), *messages);
    for (std::size_t i = 0; i < addresses.size(); ++i) burst.prefetch(messages->hash(i));
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const bool admitted = single.admit(addresses[i], now_ns, per_s);
      ASSERT_EQ(burst.admit(messages->hash(i), now_ns, per_s), admitted);
      refused += admitted ? 0U : 1U;
    }
  }
  EXPECT_GT(refused, 100U);
}

constexpr std::uint64_t some_syn = 0x1234567800000005;

TEST(SynMemory, TellsRetransmissionsFromRepetitions) {
  SynMemory memory;
  EXPECT_EQ(memory.look(some_syn, 1000, 300, 10'000), SynMemory::Answer::first);
  EXPECT_EQ(memory.look(some_syn, 1299, 300, 10'000), SynMemory::Answer::too_soon);
  EXPECT_EQ(memory.look(some_syn, 1300, 300, 10'000), SynMemory::Answer::retransmitted);
  EXPECT_EQ(memory.look(some_syn, 11'000, 300, 10'000), SynMemory::Answer::retransmitted);
  EXPECT_EQ(memory.look(some_syn, 11'001, 300, 10'000), SynMemory::Answer::first);
}

TEST(SynMemory, MeetsAnotherSynInItsPlaceAsAFirstOne) {
  SynMemory memory;
  const std::uint64_t other = some_syn ^ (std::uint64_t{1} << 40);
  EXPECT_EQ(memory.look(some_syn, 1000, 300, 10'000), SynMemory::Answer::first);
  EXPECT_EQ(memory.look(other, 1500, 300, 10'000), SynMemory::Answer::first);
  EXPECT_EQ(memory.look(some_syn, 2000, 300, 10'000), SynMemory::Answer::first);
}

TEST(SynMemory, TellsAgesAcrossTheWrapOfTheClock) {
  SynMemory memory;
  EXPECT_EQ(memory.look(some_syn, 0xffffff00, 300, 10'000), SynMemory::Answer::first);
  EXPECT_EQ(memory.look(some_syn, 0x10, 300, 10'000), SynMemory::Answer::too_soon);
  EXPECT_EQ(memory.look(some_syn, 0x400, 300, 10'000), SynMemory::Answer::retransmitted);
}

}  // namespace
}  // namespace sekimori
