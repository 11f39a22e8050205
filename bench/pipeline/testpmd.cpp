#include "bench/pipeline/testpmd.hpp"

#include <rte_eal.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "dataplane/dpdk/eal.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori::bench {

namespace {

constexpr const char* file_prefix = "sekimori-testpmd";

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

/// A shell command that lets testpmd run, asks for its rates twice (the first are since its start)
/// and ends it.
std::string command(bool huge_pages) {
  const std::vector<unsigned> cpus = usable_cpus();
  const std::string worker_cpu = std::to_string(cpus[1 % cpus.size()]);
  return "(sleep 0.3; echo 'show port stats all'; sleep 1; echo 'show port stats all'; echo quit) "
         "| timeout 30 dpdk-testpmd --no-pci --no-telemetry --file-prefix=" +
         std::string{file_prefix} +
         " "
         "--iova-mode=va --log-level='*:error' --vdev=net_null0 --vdev=net_null1 --lcores '0@" +
         std::to_string(cpus[0]) + ",1@" + worker_cpu + "' " +
         (huge_pages ? "--in-memory" : "--no-huge --no-shconf -m 256") +
         " -- -i --auto-start --nb-cores=1 --forward-mode=io --total-num-mbufs=16383 --burst=" +
         std::to_string(max_burst) + " 2>&1";
}

}  // namespace

double testpmd_io_ns(bool huge_pages) {
  const std::unique_ptr<std::FILE, ClosePipe> pipe{popen(command(huge_pages).c_str(), "re")};
  if (pipe == nullptr) throw std::runtime_error{"no shell to run dpdk-testpmd"};
  std::string output;
  std::vector<double> rates;  // of port 0 and 1, first look and second
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    output += line.data();
    double packets_per_s = 0;
    if (std::sscanf(line.data(), " Rx-pps: %lf", &packets_per_s) == 1) {
      rates.push_back(packets_per_s);
    }
  }
  // The empty directory that it leaves behind.
  std::error_code ignored;
  std::filesystem::remove(
      std::filesystem::path{rte_eal_get_runtime_dir()}.replace_filename(file_prefix), ignored);
  if (rates.size() != 4 || rates[2] + rates[3] <= 0) {
    throw std::runtime_error{"dpdk-testpmd (Debian package dpdk) gives no rates:\n" + output};
  }
  return 1e9 / (rates[2] + rates[3]);
}

}  // namespace sekimori::bench
