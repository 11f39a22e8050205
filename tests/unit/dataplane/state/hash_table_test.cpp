#include "dataplane/state/hash_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "dataplane/packet/siphash.hpp"

namespace sekimori {
namespace {

struct Entry {
  std::uint64_t key = 0;
  std::uint32_t value = 7;
};
using Table = HashTable<Entry>;

std::uint64_t hash(std::uint64_t key) {
  return siphash<1, 3>({.k0 = 1, .k1 = 2}, std::array{key});
}

TEST(HashTable, FindsWhatWasEnteredAndNothingElse) {
  Table table{100};
  EXPECT_EQ(table.find(hash(5), 5), Table::none);
  const std::uint32_t index = table.insert(hash(5), 5);
  ASSERT_NE(index, Table::none);
  EXPECT_EQ(table[index].key, 5U);
  EXPECT_EQ(table[index].value, 7U);
  EXPECT_EQ(table.find(hash(5), 5), index);
  EXPECT_EQ(table.find(hash(6), 6), Table::none);
  // The same hash is not the same key.
  EXPECT_EQ(table.find(hash(5), 6), Table::none);
  EXPECT_EQ(table.size(), 1U);
  table.erase(hash(5), index);
  EXPECT_EQ(table.find(hash(5), 5), Table::none);
  EXPECT_EQ(table.size(), 0U);
}

TEST(HashTable, ClearsAnEntryThatIsUsedAgain) {
  Table table{1};
  const std::uint32_t first = table.insert(hash(1), 1);
  table[first].value = 99;
  table.erase(hash(1), first);
  const std::uint32_t second = table.insert(hash(2), 2);
  ASSERT_EQ(second, first);
  EXPECT_EQ(table[second].value, 7U);
}

TEST(HashTable, FillsUp) {
  for (const std::uint32_t capacity : {1U, 5U, 10U, 64U, 1000U, 4U << 13}) {
    Table table{capacity};
    std::uint64_t key = 0;
    std::uint32_t refused_before_full = 0;
    while (table.size() < capacity) {
      ++key;
      if (table.insert(hash(key), key) == Table::none) ++refused_before_full;
      ASSERT_LT(refused_before_full, capacity + 100) << capacity;
    }
    // The worst capacity is 4 times a power of two, with four keys for each bucket of seven.
    EXPECT_LE(refused_before_full, capacity / 1000) << capacity;
    EXPECT_EQ(table.insert(hash(key + 1), key + 1), Table::none);
    std::uint32_t found = 0;
    std::set<std::uint32_t> indices;
    for (std::uint64_t k = 1; k <= key; ++k) {
      const std::uint32_t index = table.find(hash(k), k);
      if (index == Table::none) continue;
      ++found;
      indices.insert(index);
      EXPECT_EQ(table[index].key, k);
    }
    EXPECT_EQ(found, capacity);
    EXPECT_EQ(indices.size(), capacity);
  }
}

TEST(HashTable, RefusesWhenBothBucketsAreFull) {
  Table table{1000};
  // Keys of one hash share their two buckets of seven places each.
  const std::uint64_t same = 0x0000000500000003;
  std::uint64_t entered = 0;
  while (table.insert(same, entered) != Table::none) ++entered;
  EXPECT_EQ(entered, 14U);
  for (std::uint64_t key = 0; key < entered; ++key) {
    EXPECT_NE(table.find(same, key), Table::none);
  }
  EXPECT_EQ(table.find(same, entered), Table::none);
}

TEST(HashTable, FillsOneBucketWhenBothAreTheSame) {
  Table table{1000};
  const std::uint64_t same = 0x0000000300000003;
  std::uint64_t entered = 0;
  while (table.insert(same, entered) != Table::none) ++entered;
  EXPECT_EQ(entered, 7U);
  table.erase(same, table.find(same, 4));
  EXPECT_NE(table.insert(same, 100), Table::none);
}

TEST(HashTable, DoesAsAMapDoes) {
  std::mt19937 random{5};
  for (const std::uint32_t capacity : {3U, 64U, 700U}) {
    Table table{capacity};
    std::map<std::uint64_t, std::uint32_t> model;
    for (int i = 0; i < 50'000; ++i) {
      const std::uint64_t key = random() % (capacity * 2);
      const std::uint32_t index = table.find(hash(key), key);
      const auto known = model.find(key);
      ASSERT_EQ(index != Table::none, known != model.end());
      if (index == Table::none) {
        const std::uint32_t entered = table.insert(hash(key), key);
        if (entered != Table::none) model[key] = table[entered].value = static_cast<unsigned>(i);
      } else {
        ASSERT_EQ(table[index].value, known->second);
        if (random() % 2 == 0) {
          table.erase(hash(key), index);
          model.erase(known);
        }
      }
      ASSERT_EQ(table.size(), model.size());
    }
  }
}

TEST(HashTable, KeepsAnEntrysIndexWhileOthersComeAndGo) {
  Table table{50};
  const std::uint32_t index = table.insert(hash(1'000'000), 1'000'000);
  for (std::uint64_t round = 0; round < 20; ++round) {
    for (std::uint64_t key = 0; key < 49; ++key) {
      (void)table.insert(hash(round * 100 + key), round * 100 + key);
    }
    EXPECT_EQ(table.find(hash(1'000'000), 1'000'000), index);
    for (std::uint64_t key = 0; key < 49; ++key) {
      const std::uint64_t k = round * 100 + key;
      if (const std::uint32_t at = table.find(hash(k), k); at != Table::none) {
        table.erase(hash(k), at);
      }
    }
  }
  EXPECT_EQ(table.find(hash(1'000'000), 1'000'000), index);
}

/// A lookup in steps.
std::uint32_t candidate(const Table& table, std::uint64_t hash) {
  const std::uint32_t first = table.candidate(hash);
  return first == Table::elsewhere ? table.second_candidate(hash) : first;
}

TEST(HashTable, HasEveryEntryForItsCandidateWhenItIsFull) {
  for (const std::uint32_t capacity : {1U, 5U, 640U, 4U << 10}) {
    Table table{capacity};
    std::map<std::uint64_t, std::uint32_t> entered;
    for (std::uint64_t key = 1; table.size() < capacity; ++key) {
      const std::uint32_t index = table.insert(hash(key), key);
      if (index != Table::none) entered[key] = index;
    }
    for (const auto& [key, index] : entered) {
      ASSERT_EQ(table.find(hash(key), key), index);
      // Two of the places where a key may be have the same 31 bits of tag next to never.
      ASSERT_EQ(candidate(table, hash(key)), index);
    }
    for (std::uint64_t key = 1'000'000; key < 1'001'000; ++key) {
      ASSERT_EQ(candidate(table, hash(key)), Table::none) << key;
      ASSERT_EQ(table.find(hash(key), key), Table::none) << key;
    }
  }
}

TEST(HashTable, LooksElsewhereForWhatWasCrowdedOutOnly) {
  Table table{1000};
  // Keys of one hash fill their first bucket and then their second.
  const std::uint64_t same = 0x0000000500000003;
  std::vector<std::uint32_t> entered;
  for (std::uint64_t key = 0; entered.size() < 14; ++key) {
    entered.push_back(table.insert(same, key));
    ASSERT_NE(entered.back(), Table::none);
    // They have one tag, so the first of them is whom a lookup meets.
    ASSERT_EQ(table.candidate(same), entered.front());
  }
  // Others of that first bucket are not in it, but may be elsewhere.
  const std::uint64_t neighbour = 0x0000000700000003;
  ASSERT_EQ(table.candidate(neighbour), Table::elsewhere);
  EXPECT_EQ(table.second_candidate(neighbour), Table::none);
  const std::uint32_t index = table.insert(neighbour, 100);
  ASSERT_EQ(table.candidate(neighbour), Table::elsewhere);
  EXPECT_EQ(table.second_candidate(neighbour), index);
  EXPECT_EQ(table.find(neighbour, 100), index);
  // When all that was crowded out has gone, there is nothing elsewhere.
  table.erase(neighbour, index);
  for (const std::uint32_t i : entered) table.erase(same, i);
  EXPECT_EQ(table.candidate(neighbour), Table::none);
  EXPECT_EQ(table.candidate(same), Table::none);
}

TEST(HashTable, HasTheFirstOfEqualHashesForACandidate) {
  Table table{100};
  const std::uint64_t same = 0x0000000500000003;
  const std::uint32_t first = table.insert(same, 1);
  const std::uint32_t second = table.insert(same, 2);
  ASSERT_EQ(table.candidate(same), first);
  table.erase(same, first);
  EXPECT_EQ(table.candidate(same), second);
}

TEST(HashTable, KnowsAnOldCandidateByItsKey) {
  Table table{1};
  (void)table.insert(hash(1), 1);
  const std::uint32_t candidate = table.candidate(hash(1));
  table.erase(hash(1), candidate);
  EXPECT_NE(table[candidate].key, 1U);
  ASSERT_EQ(table.insert(hash(2), 2), candidate);
  EXPECT_NE(table[candidate].key, 1U);
}

TEST(HashTableSweep, VisitsEveryEntryOnceEachRound) {
  Table table{640};
  std::set<std::uint64_t> keys;
  for (std::uint64_t key = 0; key < 500; ++key) {
    if (table.insert(hash(key), key) != Table::none) keys.insert(key);
  }
  std::multiset<std::uint64_t> visited;
  for (int i = 0; i < 10; ++i) {
    table.sweep(64, [&](std::uint32_t index) { visited.insert(table[index].key); });
  }
  EXPECT_TRUE(std::ranges::equal(visited, keys));
}

TEST(HashTableSweep, MayEraseWhatItVisits) {
  Table table{64};
  for (std::uint64_t key = 0; key < 40; ++key) (void)table.insert(hash(key), key);
  table.sweep(1000, [&](std::uint32_t index) {
    if (table[index].key % 2 == 0) table.erase(hash(table[index].key), index);
  });
  for (std::uint64_t key = 0; key < 40; ++key) {
    EXPECT_EQ(table.find(hash(key), key) != Table::none, key % 2 == 1) << key;
  }
}

TEST(HashTableSweep, OfMoreThanTheCapacityGoesRoundOnce) {
  Table table{3};
  (void)table.insert(hash(1), 1);
  int visits = 0;
  table.sweep(1000, [&](std::uint32_t) { ++visits; });
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace sekimori
