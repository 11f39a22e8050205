// Runs under hw/sim/emulation/emulate.py, with the bitstream's path as its argument.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "dataplane/replay/capture_file.hpp"
#include "hw/host/card_link.hpp"
#include "hw/host/open_registers.hpp"
#include "hw/host/self_test.hpp"
#include "hw/host/xrt_card.hpp"
#include "hw/sim/card_check.hpp"
#include "hw/sim/length.hpp"
#include "tests/support/deadline.hpp"

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
  EXPECT_GT(check.reported, frames / 100);
  EXPECT_GT(check.matched, frames / 20);
}

std::vector<Bytes> captured(const std::string& path, std::size_t most) {
  std::vector<Bytes> frames;
  auto reader = CaptureReader::open(path);
  EXPECT_TRUE(reader) << reader.error();
  for (; reader && reader->front() && frames.size() < most; reader->next()) {
    frames.emplace_back(reader->front()->bytes.begin(), reader->front()->bytes.end());
  }
  return frames;
}

/// The self-test's policy for the address that the captures' packets are sent to.
PolicyContents policy_of_the_captures() {
  PolicyContents contents = self_test_policy();
  contents.prefixes = {{.prefix = Prefix::parse("10.10.10.10/32").value(), .object = 0}};
  return contents;
}

/// Real attacks. The captures are not part of the project: the environment variable
/// SEKIMORI_CAPTURES names their folder.
TEST(Emulation, MakesOfRealAttacksWhatSoftwareMakes) {
  const char* const folder = std::getenv("SEKIMORI_CAPTURES");
  if (folder == nullptr) GTEST_SKIP() << "SEKIMORI_CAPTURES names no folder of captures";
  auto card = XrtCard::open(0, bitstream);
  ASSERT_TRUE(card) << card.error();
  CardCheck check{**card, policy_of_the_captures(), 1};
  ASSERT_NO_FATAL_FAILURE(check.load());
  for (const char* const name :
       {"pkt.TCP.synflood.spoofed.pcap", "amp.dns.RRSIG.fragmented.pcap", "amp.UDP.isakmp.pcap"}) {
    const std::vector<Bytes> frames =
        captured(std::string{folder} + "/" + name, run_length(1000, 100'000));
    EXPECT_FALSE(frames.empty());
    ASSERT_NO_FATAL_FAILURE(check.run(frames)) << name;
  }
  // All of the flood, and what was in the way of the amplified DNS.
  EXPECT_GT(check.answered, run_length(1000, 37'841));
}

/// The dataplane's hand on a card.
TEST(Emulation, IsKeptInStep) {
  auto link = CardLink::start([] { return open_syn_cookie_registers({.place = bitstream}); },
                              MasterSecret::from_seed(1).flow_key(), [](const std::string&) {});
  ASSERT_TRUE(link) << link.error();
  const auto policy = PolicyImage::build(self_test_policy());
  ASSERT_TRUE(policy);
  (*link)->follow(*policy, {});
  (*link)->refresh(std::array{SlotKey{.slot = 7, .key = {.k0 = 1, .k1 = 2}}});
  EXPECT_TRUE(lab::wait_until(std::chrono::seconds{60},
                              [&] { return (*link)->answers_by() == policy->number(); }));
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
