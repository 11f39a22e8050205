#pragma once

#include <string_view>

namespace sekimori {

/// What the packet path must know about a driver and DPDK does not tell.
struct DriverTraits {
  std::string_view name = {};
  /// Software; its claims of hardware features (RSS, checksums) are not used.
  bool is_virtual = false;
  /// Packets of local senders arrive with checksums that are still to be computed.
  bool partial_checksums = false;
  /// All queues that the device has receive packets, whether they are configured or not; their
  /// number comes from the device arguments.
  bool all_queues_receive = false;
  /// How to give the device `N` queues.
  std::string_view more_queues = {};
};

/// The traits of a driver by the name that `rte_eth_dev_info` carries; those of hardware for a name
/// that is not known to be virtual.
[[nodiscard]] DriverTraits driver_traits(std::string_view driver_name);

}  // namespace sekimori
