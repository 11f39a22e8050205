#include "dataplane/dpdk/rss.hpp"

#include <gtest/gtest.h>
#include <rte_thash.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sekimori {
namespace {

rte_eth_dev_info capable() {
  rte_eth_dev_info info{};
  info.flow_type_rss_offloads = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_TCP;
  info.hash_key_size = 40;
  info.reta_size = 128;
  info.max_rx_queues = 16;
  return info;
}

TEST(Rss, KeyHashesBothDirectionsAlike) {
  const auto key = symmetric_hash_key();
  std::mt19937 random{1};
  for (int i = 0; i < 1000; ++i) {
    // 32-bit words of a source and a destination address.
    for (const std::size_t address_words : {1U, 4U}) {
      std::vector<std::uint32_t> there(2 * address_words);
      for (std::uint32_t& word : there) word = static_cast<std::uint32_t>(random());
      std::vector<std::uint32_t> back = there;
      std::rotate(back.begin(), back.begin() + static_cast<std::ptrdiff_t>(address_words),
                  back.end());
      const auto length = static_cast<std::uint32_t>(there.size());
      EXPECT_EQ(rte_softrss(there.data(), length, key.data()),
                rte_softrss(back.data(), length, key.data()));
    }
  }
}

TEST(Rss, IsUsedWhereAddressesAloneCanBeHashed) {
  EXPECT_TRUE(can_spread_symmetrically(capable(), 16));

  auto too_few_queues = capable();
  too_few_queues.max_rx_queues = 15;
  EXPECT_FALSE(can_spread_symmetrically(too_few_queues, 16));
  auto hashes_ports_only = capable();
  hashes_ports_only.flow_type_rss_offloads =
      RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
  EXPECT_FALSE(can_spread_symmetrically(hashes_ports_only, 2));
  auto fixed_key = capable();
  fixed_key.hash_key_size = 0;
  EXPECT_FALSE(can_spread_symmetrically(fixed_key, 2));
  auto no_table = capable();
  no_table.reta_size = 0;
  EXPECT_FALSE(can_spread_symmetrically(no_table, 2));
}

TEST(Rss, NeverHashesPorts) {
  EXPECT_EQ(address_hash_types & (RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP), 0U);
}

}  // namespace
}  // namespace sekimori
