#include "dataplane/dpdk/rss.hpp"

namespace sekimori {

std::array<std::uint8_t, max_hash_key> symmetric_hash_key() {
  std::array<std::uint8_t, max_hash_key> key{};
  for (std::size_t i = 0; i < key.size(); i += 2) {
    key[i] = 0x6d;
    key[i + 1] = 0x5a;
  }
  return key;
}

bool can_spread_symmetrically(const rte_eth_dev_info& info, unsigned queues) {
  constexpr std::uint64_t all_ip = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6;
  constexpr unsigned shortest_key = 40;
  return (info.flow_type_rss_offloads & all_ip) == all_ip && info.hash_key_size >= shortest_key &&
         info.hash_key_size <= max_hash_key && info.reta_size >= queues &&
         info.reta_size <= RTE_ETH_RSS_RETA_SIZE_512 && info.max_rx_queues >= queues;
}

}  // namespace sekimori
