#include "bench/pipeline/bench_ports.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace sekimori::bench {

namespace {

template <class Value>
Value need(tl::expected<Value, Failure> result) {
  if (!result) throw std::runtime_error{result.error().message};
  return std::move(*result);
}

}  // namespace

BenchPorts::BenchPorts(bool huge_pages_allowed) {
  const Options options{
      .policy = "",
      .outside = "net_null0",
      .inside = "net_null1,no-rx=1",
      .instance = "bench",
      .secret_file = {},
      .memory = huge_pages_allowed ? MemoryMode::automatic : MemoryMode::ordinary_pages,
      .idle_sleep_us = 0,
      .eal_arguments = {},
  };
  const std::array specs{need(parse_port_spec(Side::outside, options.outside)),
                         need(parse_port_spec(Side::inside, options.inside))};
  eal_ = std::make_unique<Eal>(need(Eal::start(options, specs)));
  ports_ = std::make_unique<PortPair>(need(PortPair::open(options, specs)));
  if (auto started = ports_->start(); !started) throw std::runtime_error{started.error().message};
  callback_ = rte_eth_add_rx_callback(port(Side::outside).id(), 0, fill, this);
  if (callback_ == nullptr) throw std::runtime_error{"DPDK has no receive callbacks"};
}

BenchPorts::~BenchPorts() {
  rte_eth_remove_rx_callback(port(Side::outside).id(), 0, callback_);
}

std::uint16_t BenchPorts::fill(std::uint16_t /*port*/, std::uint16_t /*queue*/, rte_mbuf** packets,
                               std::uint16_t count, std::uint16_t /*room*/, void* self) {
  static_cast<BenchPorts*>(self)->stream_->fill({packets, count});
  return count;
}

}  // namespace sekimori::bench
