#include "bench/pipeline/bench_ports.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/source/source.hpp"

namespace sekimori::bench {

namespace {

template <class Value>
Value need(tl::expected<Value, Failure> result) {
  if (!result) throw std::runtime_error{result.error().message};
  return std::move(*result);
}

}  // namespace

BenchPorts::BenchPorts(bool huge_pages_allowed, unsigned workers) {
  const std::string driver = source_driver;
  const Options options{
      .policy = "",
      .outside = driver + '0',
      .inside = driver + '1',
      .workers = workers,
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
}

void BenchPorts::receive(const PacketStream& stream) {
  give(port(Side::outside).id(), stream.view());
}

}  // namespace sekimori::bench
