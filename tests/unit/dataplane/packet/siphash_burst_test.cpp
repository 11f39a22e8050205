// Every level of vector instructions that this CPU has gives what one hash at a time gives.

#include "dataplane/packet/siphash_burst.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/dataplane/packet/siphash_vectors.hpp"

namespace sekimori {
namespace {

using Random = std::mt19937_64;
using Ipv4Message = std::array<std::uint64_t, 2>;
using Ipv6Message = std::array<std::uint64_t, 5>;

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> result{SimdLevel::scalar};
  if (detect_simd_level() >= SimdLevel::avx2) result.push_back(SimdLevel::avx2);
  if (detect_simd_level() >= SimdLevel::avx512) result.push_back(SimdLevel::avx512);
  return result;
}

std::string level_name(const testing::TestParamInfo<SimdLevel>& info) {
  switch (info.param) {
    case SimdLevel::scalar:
      return "Scalar";
    case SimdLevel::avx2:
      return "Avx2";
    case SimdLevel::avx512:
      return "Avx512";
  }
  return "Unknown";
}

SipKey random_key(Random& random) {
  return {.k0 = random(), .k1 = random()};
}

template <std::size_t Words>
std::array<std::uint64_t, Words> random_message(Random& random) {
  std::array<std::uint64_t, Words> message;
  for (std::uint64_t& word : message) word = random();
  return message;
}

class SipHashLevels : public testing::TestWithParam<SimdLevel> {
 protected:
  /// For bursts of every size, with other keys each.
  template <std::size_t Words, typename Set>
  void hash_every_count(Set&& set) {
    for (std::size_t count = 0; count <= max_burst; ++count) {
      const SipKey first = random_key(random);
      const SipKey second = random_key(random);
      const std::uint64_t with_second = random();
      std::vector<std::array<std::uint64_t, Words>> all;
      messages->start(count);
      for (std::size_t i = 0; i < count; ++i) {
        all.push_back(random_message<Words>(random));
        set(i, all.back(), (with_second >> i & 1) != 0);
      }
      hashing.table_hashes(first, *messages);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(messages->hash(i), (siphash<1, 3>(first, all[i]))) << i << " of " << count;
      }
      hashing.cookie_hashes(first, second, *messages);
      for (std::size_t i = 0; i < count; ++i) {
        const SipKey& key = (with_second >> i & 1) != 0 ? second : first;
        ASSERT_EQ(messages->hash(i), (siphash<2, 4>(key, all[i]))) << i << " of " << count;
      }
    }
  }

  SipHashBurst hashing{GetParam()};
  Random random{20'230'610};
  std::unique_ptr<PacketMessages> messages = std::make_unique<PacketMessages>();
};

TEST_P(SipHashLevels, HashMessagesOfIpv4AsOneAtATime) {
  hash_every_count<2>([this](std::size_t i, const Ipv4Message& message, bool with_second) {
    messages->set_ipv4(i, message, with_second);
  });
}

TEST_P(SipHashLevels, HashMessagesOfIpv6AsOneAtATime) {
  hash_every_count<5>([this](std::size_t i, const Ipv6Message& message, bool with_second) {
    messages->set_ipv6(i, message, with_second);
  });
}

/// A packet without a message, one of IPv4 or one of IPv6, each with either key.
TEST_P(SipHashLevels, HashMixedBurstsWithGaps) {
  for (int round = 0; round < 200; ++round) {
    const std::size_t packets = random() % (max_burst + 1);
    const SipKey first = random_key(random);
    const SipKey second = random_key(random);
    std::vector<std::uint64_t> cookie_hashes(packets);
    std::vector<std::uint64_t> table_hashes(packets);
    std::vector<std::size_t> used;
    messages->start(packets);
    const auto enter = [&](std::size_t i, const auto& message, bool with_second) {
      used.push_back(i);
      table_hashes[i] = siphash<1, 3>(first, message);
      cookie_hashes[i] = siphash<2, 4>(with_second ? second : first, message);
    };
    for (std::size_t i = 0; i < packets; ++i) {
      const bool with_second = random() % 2 == 0;
      const std::uint64_t kind = random() % 3;
      if (kind == 1) {
        const auto message = random_message<2>(random);
        messages->set_ipv4(i, message, with_second);
        enter(i, message, with_second);
      } else if (kind == 2) {
        const auto message = random_message<5>(random);
        messages->set_ipv6(i, message, with_second);
        enter(i, message, with_second);
      }
    }
    hashing.table_hashes(first, *messages);
    for (const std::size_t i : used) ASSERT_EQ(messages->hash(i), table_hashes[i]) << i;
    hashing.cookie_hashes(first, second, *messages);
    for (const std::size_t i : used) ASSERT_EQ(messages->hash(i), cookie_hashes[i]) << i;
  }
}

TEST_P(SipHashLevels, HashColumnsThatWereWrittenAtOnce) {
  const SipKey first = random_key(random);
  const SipKey second = random_key(random);
  messages->start(max_burst);
  SipMessages<2>& all = messages->all_ipv4();
  all.second_key = random();
  for (SipMessages<2>::Column& column : all.words) {
    for (std::uint64_t& word : column) word = random();
  }
  hashing.cookie_hashes(first, second, *messages);
  for (std::size_t i = 0; i < max_burst; ++i) {
    const SipKey& key = (all.second_key >> i & 1) != 0 ? second : first;
    const std::array message{all.words[0][i], all.words[1][i]};
    EXPECT_EQ(messages->hashes()[i], (siphash<2, 4>(key, message))) << i;
  }
}

/// The vectors stand at every place, among messages with another key.
TEST_P(SipHashLevels, GiveTheVectorsOfItsAuthors) {
  const SipKey other = random_key(random);
  for (std::size_t place = 0; place + 4 <= max_burst; ++place) {
    messages->start(max_burst);
    for (std::size_t i = 0; i < max_burst; ++i) {
      if (i < place || i >= place + 4) messages->set_ipv4(i, random_message<2>(random), false);
    }
    messages->set_ipv4(place, test::reference_message<8>(), true);
    messages->set_ipv4(place + 1, test::reference_message<15>(), true);
    messages->set_ipv6(place + 2, test::reference_message<36>(), true);
    messages->set_ipv6(place + 3, test::reference_message<39>(), true);
    hashing.cookie_hashes(other, test::reference_key, *messages);
    ASSERT_EQ(messages->hash(place), test::reference_hash<8>);
    ASSERT_EQ(messages->hash(place + 1), test::reference_hash<15>);
    ASSERT_EQ(messages->hash(place + 2), test::reference_hash<36>);
    ASSERT_EQ(messages->hash(place + 3), test::reference_hash<39>);
  }
}

TEST_P(SipHashLevels, ForgetABurstForTheNext) {
  const SipKey key = random_key(random);
  messages->start(2);
  messages->set_ipv4(0, random_message<2>(random), true);
  messages->set_ipv6(1, random_message<5>(random), true);
  hashing.cookie_hashes(random_key(random), key, *messages);
  messages->start(2);
  const auto message = random_message<2>(random);
  messages->set_ipv4(1, message);
  hashing.cookie_hashes(key, random_key(random), *messages);
  EXPECT_EQ(messages->hash(1), (siphash<2, 4>(key, message)));
}

INSTANTIATE_TEST_SUITE_P(OfThisCpu, SipHashLevels, testing::ValuesIn(levels()), level_name);

}  // namespace
}  // namespace sekimori
