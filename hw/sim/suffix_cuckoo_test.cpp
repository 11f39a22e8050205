#include "hw/host/suffix_cuckoo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "hw/sim/random.hpp"

namespace sekimori {
namespace {

using ::testing::HasSubstr;
using Row = std::array<std::uint32_t, SuffixCuckoo::row_words>;

/// The table in the kernel, which knows nothing but what was written to it.
class Card {
 public:
  explicit Card(unsigned row_bits) : row_bits_(row_bits), rows_{} {
    for (auto& half : rows_) half.resize(std::size_t{1} << row_bits);
  }
  void write(const SuffixCuckoo::RowWrite& write) {
    rows_[write.second ? 1 : 0].at(write.row) = write.words;
  }
  [[nodiscard]] std::uint16_t find(const SuffixHash& hash) const {
    const std::uint64_t mask = (std::uint64_t{1} << row_bits_) - 1;
    std::uint16_t found = 0;
    for (const Row* row : {&rows_[0][hash.place & mask], &rows_[1][hash.place >> 24 & mask]}) {
      for (std::size_t slot = 0; slot < 3; ++slot) {
        const std::uint64_t low = (*row)[3 * slot];
        const std::uint64_t middle = (*row)[3 * slot + 1];
        const std::uint64_t high = (*row)[3 * slot + 2];
        const std::uint64_t tag = low >> 16 | middle << 16 | high << 48;
        if (tag == hash.tag && high >> 16 == hash.place >> 48) {
          found |= static_cast<std::uint16_t>(low);
        }
      }
    }
    return found;
  }

 private:
  unsigned row_bits_;
  std::array<std::vector<Row>, 2> rows_;
};

SuffixHash random_hash(Random& random) {
  return {.place = random.bits(), .tag = random.bits()};
}

/// After each single row that is written, every suffix that was there before the change and is to
/// be there after it is found.
TEST(SuffixCuckoo, NoSuffixIsMissingBetweenTwoWrites) {
  Random random{1};
  constexpr unsigned row_bits = 5;
  SuffixCuckoo table{row_bits};
  Card card{row_bits};
  std::vector<std::pair<SuffixHash, std::uint16_t>> present;
  std::uint64_t moves = 0;
  for (int i = 0; i < 4000; ++i) {
    if (present.size() > table.capacity() * 8 / 10) {
      const auto at = random.below(static_cast<std::uint32_t>(present.size()));
      const SuffixHash gone = present[at].first;
      present.erase(present.begin() + at);
      for (const auto& write : table.erase(gone)) card.write(write);
      EXPECT_EQ(card.find(gone), 0);
    }
    const SuffixHash hash = random_hash(random);
    const auto value = static_cast<std::uint16_t>(1 + random.below(65535));
    const auto changes = table.set(hash, value);
    ASSERT_TRUE(changes) << changes.error();
    moves += changes->size() - 1;
    for (const auto& write : *changes) {
      card.write(write);
      for (const auto& [other, wanted] : present) ASSERT_EQ(card.find(other), wanted);
    }
    EXPECT_EQ(card.find(hash), value);
    EXPECT_EQ(table.find(hash), value);
    present.emplace_back(hash, value);
    ASSERT_EQ(table.size(), present.size());
  }
  EXPECT_GT(moves, 500U);
}

TEST(SuffixCuckoo, GivesASuffixAnotherValueInPlace) {
  Random random{2};
  SuffixCuckoo table{4};
  const SuffixHash hash = random_hash(random);
  ASSERT_TRUE(table.set(hash, 1));
  const auto changed = table.set(hash, 2);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->size(), 1U);
  EXPECT_EQ(table.find(hash), 2);
  EXPECT_EQ(table.size(), 1U);
}

TEST(SuffixCuckoo, FillsMostOfItsSlotsAndSaysWhenItIsFull) {
  Random random{3};
  SuffixCuckoo table{6};
  std::map<std::uint64_t, std::pair<SuffixHash, std::uint16_t>> present;
  while (true) {
    const SuffixHash hash = random_hash(random);
    const auto value = static_cast<std::uint16_t>(1 + random.below(65535));
    const auto changes = table.set(hash, value);
    if (!changes) {
      EXPECT_THAT(changes.error(), HasSubstr("the card's suffix table is full: it has " +
                                             std::to_string(present.size())));
      EXPECT_EQ(table.find(hash), 0);
      break;
    }
    present[hash.tag] = {hash, value};
  }
  EXPECT_GT(present.size(), table.capacity() * 85 / 100);
  for (const auto& [tag, one] : present) EXPECT_EQ(table.find(one.first), one.second);
}

TEST(SuffixCuckoo, RefusesWhatCannotBeToldApart) {
  SuffixCuckoo table{4};
  const SuffixHash one{.place = 0x1234'0000'0100'0001, .tag = 99};
  SuffixHash same = one;
  same.place ^= std::uint64_t{1} << 40;  // in no bit that this table looks at
  ASSERT_TRUE(table.set(one, 1));
  const auto changes = table.set(same, 2);
  ASSERT_FALSE(changes);
  EXPECT_THAT(changes.error(), HasSubstr("another key"));
  EXPECT_TRUE(table.erase(same).empty());
  EXPECT_FALSE(table.set({.place = 5, .tag = 5}, 0));
}

TEST(SuffixCuckoo, WritesAllRowsForAStart) {
  Random random{4};
  SuffixCuckoo table{4};
  std::vector<SuffixHash> hashes;
  for (int i = 0; i < 50; ++i) {
    hashes.push_back(random_hash(random));
    ASSERT_TRUE(table.set(hashes.back(), static_cast<std::uint16_t>(i + 1)));
  }
  Card card{4};
  const auto rows = table.all();
  EXPECT_EQ(rows.size(), 32U);
  for (const auto& row : rows) card.write(row);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(card.find(hashes[static_cast<std::size_t>(i)]), i + 1);
  }
}

}  // namespace
}  // namespace sekimori
