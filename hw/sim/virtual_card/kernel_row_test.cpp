#include "hw/sim/virtual_card/kernel_row.hpp"

#include <gtest/gtest.h>

#include "common/bytes.hpp"
#include "hw/host/syn_cookie_kernel.hpp"
#include "hw/sim/traffic.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t start_ms = 1'700'000'012'345;

/// Nothing stays behind of a flood: the SYN-ACK of each SYN leaves, and the reports, which together
/// stand for all of them.
TEST(KernelRow, LetsReportsOutWithTheFramesOfTheirRun) {
  KernelRow row;
  auto kernel = SynCookieKernel::open(row.syn_cookie());
  ASSERT_TRUE(kernel) << kernel.error();
  const auto policy = PolicyImage::build(bench_policy(0));
  ASSERT_TRUE(policy) << policy.error();
  const auto tables = OffloadTables::from_policy(*policy, {}, kernel->capacity());
  ASSERT_TRUE(tables) << tables.error();
  kernel->load(*tables);
  kernel->control({.answer = true, .report = true});

  Random random{5};
  const Address server = Address::parse("192.0.2.1").value();
  std::uint64_t syns = 0;
  std::uint64_t answered = 0;
  for (std::uint64_t ms = start_ms; ms < start_ms + 50; ++ms) {
    kernel->set_time(ms, 0);
    std::vector<Bytes> frames;
    for (std::uint32_t left = 1 + random.below(64); left > 0; --left) {
      frames.push_back(linux_syn(random, server, 80));
    }
    // Behind the last SYN of a run nothing pushes its report out.
    frames.push_back(linux_syn(random, Address::parse("192.0.2.130").value(), 80));
    answered += frames.size();
    const std::size_t count = frames.size();
    const KernelRow::Left left = row.run(std::move(frames));
    EXPECT_EQ(left.wire.size(), count);
    EXPECT_EQ(left.host.size(), 2U) << "one of each range";
    for (const Bytes& report : left.host) {
      syns += load<be16>(report.data() + metadata::offset + metadata::at_syns).host();
    }
  }
  kernel->set_time(start_ms + 50, 0);
  const KernelRow::Left left = row.run({linux_syn(random, server, 80)});
  ASSERT_EQ(left.host.size(), 1U);
  syns += load<be16>(left.host[0].data() + metadata::offset + metadata::at_syns).host();
  EXPECT_EQ(syns, answered + 1);
}

}  // namespace
}  // namespace sekimori
