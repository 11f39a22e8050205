#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/options.hpp"
#include "dataplane/dpdk/port_spec.hpp"

namespace sekimori {

/// The CPUs that this process may use.
[[nodiscard]] std::vector<unsigned> usable_cpus();

/// DPDK's environment: memory, one lcore per worker, no devices but those that `ports` name.
/// A process has it once. Each instance keeps to itself: no shared files, no telemetry socket, so
/// that any number of them run side by side.
class Eal {
 public:
  static tl::expected<Eal, Failure> start(const Options& options, std::span<const PortSpec> ports);
  Eal(Eal&& other) noexcept;
  Eal& operator=(Eal&&) = delete;
  ~Eal();

  [[nodiscard]] bool uses_huge_pages() const { return huge_pages_; }

 private:
  explicit Eal(bool huge_pages) : huge_pages_(huge_pages) {}

  bool huge_pages_;
  bool owner_ = true;
};

/// The lcore that a worker runs on; lcore 0 is the main thread.
[[nodiscard]] constexpr unsigned worker_lcore(unsigned worker) {
  return worker + 1;
}

}  // namespace sekimori
