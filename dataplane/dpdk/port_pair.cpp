#include "dataplane/dpdk/port_pair.hpp"

#include "dataplane/dpdk/log.hpp"

namespace sekimori {

tl::expected<PortPair, Failure> PortPair::open(const Options& options,
                                               const std::array<PortSpec, 2>& specs) {
  auto outside = Port::attach(specs[0]);
  if (!outside) return tl::unexpected(outside.error());
  auto inside = Port::attach(specs[1]);
  if (!inside) return tl::unexpected(inside.error());

  const auto plans = plan_queues(*outside, *inside, options.workers);
  if (!plans) return tl::unexpected(plans.error());
  auto pool = make_packet_pool(*plans, options.workers, options.mtu);
  if (!pool) return tl::unexpected(pool.error());

  PortPair pair{{std::move(*outside), std::move(*inside)}, *plans, std::move(*pool)};
  for (std::size_t side = 0; side < pair.ports_.size(); ++side) {
    auto configured = pair.ports_[side].configure(pair.plans_[side], options.mtu, *pair.pool_);
    if (!configured) return tl::unexpected(configured.error());
  }
  return pair;
}

tl::expected<void, Failure> PortPair::start() {
  for (Port& port : ports_) {
    if (auto started = port.start(); !started) return started;
  }
  return {};
}

void PortPair::report_links(StatsHeader& header) {
  for (std::size_t side = 0; side < ports_.size(); ++side) {
    const bool up = ports_[side].link_up();
    if (up != links_up_[side]) {
      log(ports_[side].spec().flag() + ": link is " + (up ? "up" : "down"));
    }
    links_up_[side] = up;
  }
  set(header.outside_link_up, links_up_[0] ? 1 : 0);
  set(header.inside_link_up, links_up_[1] ? 1 : 0);
}

}  // namespace sekimori
