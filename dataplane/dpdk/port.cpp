#include "dataplane/dpdk/port.hpp"

#include <rte_dev.h>
#include <rte_errno.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/card_metadata.hpp"
#include "dataplane/dpdk/rss.hpp"

namespace sekimori {

namespace {

rte_eth_conf device_configuration(const rte_eth_dev_info& info, const DriverTraits& traits,
                                  const QueuePlan& plan, std::uint16_t mtu,
                                  std::array<std::uint8_t, max_hash_key>& key) {
  rte_eth_conf conf{};
  conf.rxmode.mtu = std::clamp(mtu, info.min_mtu, std::max(info.min_mtu, info.max_mtu));
  if (traits.is_virtual) return conf;

  constexpr std::uint64_t wanted = RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
  conf.rxmode.offloads = wanted & info.rx_offload_capa;
  if (plan.receive == 1 || info.flow_type_rss_offloads == 0) return conf;

  conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  if (plan.symmetric_rss) {
    key = symmetric_hash_key();
    conf.rx_adv_conf.rss_conf.rss_key = key.data();
    conf.rx_adv_conf.rss_conf.rss_key_len = info.hash_key_size;
    conf.rx_adv_conf.rss_conf.rss_hf = address_hash_types & info.flow_type_rss_offloads;
  } else {
    conf.rx_adv_conf.rss_conf.rss_hf = RTE_ETH_RSS_IP & info.flow_type_rss_offloads;
  }
  return conf;
}

}  // namespace

tl::unexpected<Failure> Port::failed(const std::string& what, int error) const {
  return refused(spec_.flag() + ": " + what + ": " + rte_strerror(std::abs(error)));
}

tl::expected<Port, Failure> Port::attach(PortSpec spec) {
  if (spec.bus == PortSpec::Bus::virtual_device) {
    // The status is often a bare -1; what is wrong stands in the driver's own message.
    if (rte_dev_probe(spec.text.c_str()) < 0) {
      return refused(spec.flag() + ": DPDK cannot open '" + spec.text +
                     "' and says why above; check the driver's name, its arguments and this "
                     "user's rights");
    }
  }
  std::uint16_t id = 0;
  if (rte_eth_dev_get_port_by_name(spec.device.c_str(), &id) != 0) {
    return refused(spec.flag() +
                   ": DPDK finds no such network port; a PCI device must be bound to vfio-pci "
                   "(dpdk-devbind.py --bind=vfio-pci)");
  }
  Port port{std::move(spec), id};
  if (const int status = rte_eth_dev_info_get(id, &port.info_); status != 0) {
    return port.failed("the driver does not describe the port", status);
  }
  port.traits_ = driver_traits(port.info_.driver_name);
  return port;
}

Port::Port(Port&& other) noexcept
    : spec_(std::move(other.spec_)),
      id_(other.id_),
      owner_(std::exchange(other.owner_, false)),
      traits_(other.traits_),
      info_(other.info_),
      plan_(other.plan_) {}

Port::~Port() {
  if (!owner_) return;
  rte_eth_dev_stop(id_);
  rte_eth_dev_close(id_);
}

tl::expected<void, Failure> Port::configure(const QueuePlan& plan, std::uint16_t mtu,
                                            rte_mempool& pool) {
  plan_ = plan;
  std::array<std::uint8_t, max_hash_key> key{};
  // Virtual ports do not look at it: they take what their rings have room for.
  const bool marked = spec_.card && !traits_.is_virtual;
  const auto room = static_cast<std::uint16_t>(mtu + (marked ? metadata::bytes : 0));
  const rte_eth_conf conf = device_configuration(info_, traits_, plan, room, key);
  if (const int status = rte_eth_dev_configure(id_, plan.receive, plan.transmit, &conf);
      status != 0) {
    return failed("the driver refuses " + std::to_string(plan.receive) + " receive and " +
                      std::to_string(plan.transmit) + " transmit queues",
                  status);
  }
  return set_up_queues(plan, pool);
}

tl::expected<void, Failure> Port::set_up_queues(const QueuePlan& plan, rte_mempool& pool) {
  std::uint16_t receive_descriptors = queue_descriptors;
  std::uint16_t transmit_descriptors = queue_descriptors;
  if (const int status =
          rte_eth_dev_adjust_nb_rx_tx_desc(id_, &receive_descriptors, &transmit_descriptors);
      status != 0) {
    return failed("the driver refuses its queue lengths", status);
  }
  const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(id_));
  for (std::uint16_t queue = 0; queue < plan.receive; ++queue) {
    const int status =
        rte_eth_rx_queue_setup(id_, queue, receive_descriptors, socket, nullptr, &pool);
    if (status != 0) return failed("receive queue " + std::to_string(queue), status);
  }
  for (std::uint16_t queue = 0; queue < plan.transmit; ++queue) {
    const int status = rte_eth_tx_queue_setup(id_, queue, transmit_descriptors, socket, nullptr);
    if (status != 0) return failed("transmit queue " + std::to_string(queue), status);
  }
  return {};
}

tl::expected<void, Failure> Port::start() {
  if (const int status = rte_eth_dev_start(id_); status != 0) {
    return failed("the port does not start", status);
  }
  if (const int status = rte_eth_promiscuous_enable(id_); status != 0 && status != -ENOTSUP) {
    return failed("the port does not take frames for other addresses (promiscuous mode)", status);
  }
  if (plan_.symmetric_rss) return spread_evenly();
  return {};
}

/// Fills the redirection table the same way on both ports, whatever the driver's own filling is.
tl::expected<void, Failure> Port::spread_evenly() {
  std::array<rte_eth_rss_reta_entry64, RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE> table{};
  for (unsigned entry = 0; entry < info_.reta_size; ++entry) {
    rte_eth_rss_reta_entry64& group = table[entry / RTE_ETH_RETA_GROUP_SIZE];
    group.mask = ~std::uint64_t{0};
    group.reta[entry % RTE_ETH_RETA_GROUP_SIZE] = static_cast<std::uint16_t>(entry % plan_.receive);
  }
  if (const int status = rte_eth_dev_rss_reta_update(id_, table.data(), info_.reta_size);
      status != 0) {
    return failed("the driver refuses its redirection table (RSS)", status);
  }
  return {};
}

bool Port::link_up() const {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

namespace {

std::uint16_t receive_queues(const Port& port, unsigned workers) {
  const unsigned offered = port.info().max_rx_queues;
  const unsigned count = port.traits().all_queues_receive ? offered : std::min(offered, workers);
  return static_cast<std::uint16_t>(std::max(count, 1U));
}

tl::expected<void, Failure> check_transmit_queues(const Port& port, unsigned workers) {
  const unsigned offered = port.info().max_tx_queues;
  if (offered >= workers) return {};
  std::string message = port.spec().flag() + ": offers " + std::to_string(offered) +
                        " transmit queue" + (offered == 1 ? "" : "s") + " and --workers " +
                        std::to_string(workers) + " needs one per worker; run fewer workers";
  if (!port.traits().more_queues.empty()) {
    message +=
        " or " + std::string{port.traits().more_queues} + " (N = " + std::to_string(workers) + ")";
  }
  return wrong_input(message);
}

}  // namespace

tl::expected<std::array<QueuePlan, 2>, Failure> plan_queues(const Port& outside, const Port& inside,
                                                            unsigned workers) {
  for (const Port* port : {&outside, &inside}) {
    if (auto enough = check_transmit_queues(*port, workers); !enough) {
      return tl::unexpected(enough.error());
    }
  }
  const auto transmit = static_cast<std::uint16_t>(workers);
  // A port does not see through a card's metadata to the addresses.
  const auto capable = [workers](const Port& port) {
    return !port.traits().is_virtual && !port.spec().card &&
           can_spread_symmetrically(port.info(), workers);
  };
  // Tables of different sizes would send the two directions of a flow to different queues.
  const bool symmetric = workers > 1 && capable(outside) && capable(inside) &&
                         outside.info().reta_size == inside.info().reta_size;
  if (symmetric) {
    const QueuePlan plan{.receive = transmit, .transmit = transmit, .symmetric_rss = true};
    return std::array{plan, plan};
  }
  return std::array{
      QueuePlan{.receive = receive_queues(outside, workers), .transmit = transmit},
      QueuePlan{.receive = receive_queues(inside, workers), .transmit = transmit},
  };
}

}  // namespace sekimori
