#include "dataplane/dpdk/driver_traits.hpp"

#include <algorithm>
#include <array>

namespace sekimori {

namespace {

constexpr std::array virtual_drivers{
    DriverTraits{.name = "net_af_packet",
                 .is_virtual = true,
                 .partial_checksums = true,
                 .all_queues_receive = true,
                 .more_queues = "add qpairs=N to the port"},
    DriverTraits{.name = "net_af_xdp",
                 .is_virtual = true,
                 .partial_checksums = true,
                 .all_queues_receive = true,
                 .more_queues = "add queue_count=N to the port; the interface must have N queues "
                                "(ethtool -L IF combined N)"},
    DriverTraits{.name = "net_pcap",
                 .is_virtual = true,
                 .all_queues_receive = true,
                 .more_queues = "give the port N pairs of rx_pcap= and tx_pcap="},
    DriverTraits{.name = "net_tap", .is_virtual = true, .partial_checksums = true},
    DriverTraits{.name = "net_memif", .is_virtual = true, .partial_checksums = true},
    DriverTraits{.name = "net_vhost",
                 .is_virtual = true,
                 .partial_checksums = true,
                 .more_queues = "add queues=N to the port"},
    DriverTraits{.name = "net_virtio_user",
                 .is_virtual = true,
                 .partial_checksums = true,
                 .more_queues = "add queues=N to the port"},
    DriverTraits{.name = "net_ring", .is_virtual = true},
    DriverTraits{.name = "net_null", .is_virtual = true},
};

}  // namespace

DriverTraits driver_traits(std::string_view driver_name) {
  const auto* const found = std::ranges::find(virtual_drivers, driver_name, &DriverTraits::name);
  if (found != virtual_drivers.end()) return *found;
  return {.name = driver_name};
}

}  // namespace sekimori
