#pragma once

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include <array>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "dataplane/dpdk/driver_traits.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/port_spec.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// The queues that a port is opened with.
struct QueuePlan {
  std::uint16_t receive = 1;
  std::uint16_t transmit = 1;
  /// The port's hash sends both directions of a flow to the queue of the same number.
  bool symmetric_rss = false;
};

/// How many packets a queue holds at most; less where the driver has less.
inline constexpr std::uint16_t queue_descriptors = 1024;

/// One of the two network ports, over any driver. Stopped and closed by its owner.
class Port {
 public:
  /// Finds or makes the device. EAL has been started with this spec.
  static tl::expected<Port, Failure> attach(PortSpec spec);
  Port(Port&& other) noexcept;
  Port& operator=(Port&&) = delete;
  ~Port();

  /// Sets the queues up. `mtu` is the largest IP packet; buffers come from `pool`.
  tl::expected<void, Failure> configure(const QueuePlan& plan, std::uint16_t mtu,
                                        rte_mempool& pool);
  /// From here on packets flow. The port takes frames for any address, as a wire does.
  tl::expected<void, Failure> start();

  [[nodiscard]] std::uint16_t id() const { return id_; }
  [[nodiscard]] const PortSpec& spec() const { return spec_; }
  [[nodiscard]] const DriverTraits& traits() const { return traits_; }
  [[nodiscard]] const rte_eth_dev_info& info() const { return info_; }
  [[nodiscard]] bool link_up() const;
  /// What is known about the checksum of a packet that the port has not marked.
  [[nodiscard]] ChecksumHint unmarked_checksum() const {
    return traits_.partial_checksums ? ChecksumHint::allow_partial : ChecksumHint::verify;
  }

 private:
  Port(PortSpec spec, std::uint16_t id) : spec_(std::move(spec)), id_(id) {}
  tl::expected<void, Failure> set_up_queues(const QueuePlan& plan, rte_mempool& pool);
  tl::expected<void, Failure> spread_evenly();
  [[nodiscard]] tl::unexpected<Failure> failed(const std::string& what, int error) const;

  PortSpec spec_;
  std::uint16_t id_;
  bool owner_ = true;
  DriverTraits traits_;
  rte_eth_dev_info info_{};
  QueuePlan plan_;
};

/// Decides the queues of both ports: a transmit queue per worker, and receive queues by what the
/// drivers can do. The error names the port that offers too little and the way out.
tl::expected<std::array<QueuePlan, 2>, Failure> plan_queues(const Port& outside, const Port& inside,
                                                            unsigned workers);

}  // namespace sekimori
