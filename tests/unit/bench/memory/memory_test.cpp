#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <vector>

#include "bench/memory/kernel.hpp"
#include "bench/memory/resident.hpp"

namespace sekimori::bench {
namespace {

TEST(SlabObjects, HaveTheSizeInTheFourthColumn) {
  const std::string text =
      "slabinfo - version: 2.1\n"
      "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n"
      "nf_conntrack_expect    0      0    208   19    1 : tunables    0    0    0\n"
      "nf_conntrack          16     16    256   16    1 : tunables    0    0    0\n";
  std::istringstream first{text};
  EXPECT_EQ(slab_object_bytes(first, "nf_conntrack"), 256U);
  std::istringstream second{text};
  EXPECT_EQ(slab_object_bytes(second, "nf_conn"), std::nullopt);
}

TEST(SlabObjects, AreUnknownWithoutACache) {
  EXPECT_EQ(kernel_object_bytes({}), std::nullopt);
  EXPECT_EQ(kernel_object_bytes({"no such cache"}), std::nullopt);
}

TEST(ResidentGrowth, IsWhatWasMadeAndTouched) {
  static constexpr std::size_t bytes = 32U << 20;
  const std::size_t growth =
      resident_growth([] { return std::make_shared<std::vector<char>>(bytes, 'x'); });
  EXPECT_GE(growth, bytes);
  EXPECT_LT(growth, bytes + bytes / 8);
}

TEST(ResidentGrowth, LeavesOutWhatWasFreedAgain) {
  const std::size_t growth = resident_growth([] {
    std::vector<std::unique_ptr<int>> small(100'000);
    for (auto& number : small) number = std::make_unique<int>(1);
    return std::shared_ptr<void>{};
  });
  EXPECT_LT(growth, 1U << 20);
}

TEST(ResidentGrowth, TellsOfAFailure) {
  const auto fail = []() -> std::shared_ptr<void> { throw std::runtime_error{"no"}; };
  EXPECT_THROW((void)resident_growth(fail), std::runtime_error);
}

}  // namespace
}  // namespace sekimori::bench
