// Runs under hw/sim/emulation/emulate.py, with the bitstream's path as its argument.

#include <gtest/gtest.h>

#include <string>

#include "hw/host/xrt_card.hpp"
#include "hw/sim/card_check.hpp"
#include "hw/sim/length.hpp"

namespace sekimori {
namespace {

std::string bitstream;

/// The unmodified host library on XRT's own interface, through both kernels and back.
TEST(Emulation, MakesOfEveryFrameWhatSoftwareMakes) {
  auto card = XrtCard::open(0, bitstream);
  ASSERT_TRUE(card) << card.error();
  EXPECT_FALSE((*card)->bitstream_id().empty());
  CardCheck check{**card};
  ASSERT_NO_FATAL_FAILURE(check.load());
  const std::size_t frames = run_length(1000, 20'000);
  ASSERT_NO_FATAL_FAILURE(check.run_random(frames));
  EXPECT_GT(check.compared, frames * 9 / 10);
  EXPECT_GT(check.answered, frames / 20);
  EXPECT_GT(check.matched, frames / 20);
}

TEST(Emulation, SaysWhatIsWrongWithAFile) {
  const auto missing = XrtCard::open(0, "/nowhere/sekimori.xclbin");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), "there is no bitstream /nowhere/sekimori.xclbin");
}

}  // namespace
}  // namespace sekimori

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  sekimori::bitstream = argv[1];
  return RUN_ALL_TESTS();
}
