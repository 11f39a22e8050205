#include "dataplane/dpdk/eal.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace sekimori {

namespace {

/// Packet buffers of one worker with both its ports, rounded up.
constexpr std::uint64_t mebibytes_per_worker = 64;
constexpr std::uint64_t mebibytes_base = 64;

std::uint64_t read_number(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::uint64_t value = 0;
  file >> value;
  return value;
}

std::uint64_t free_huge_mebibytes() {
  std::uint64_t total_kib = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{"/sys/kernel/mm/hugepages", error}) {
    const std::string name = entry.path().filename();  // hugepages-2048kB
    const std::uint64_t page_kib = std::strtoull(name.c_str() + name.find('-') + 1, nullptr, 10);
    total_kib += page_kib * read_number(entry.path() / "free_hugepages");
  }
  return total_kib / 1024;
}

/// Lcore 0, the main thread, floats over all CPUs and sleeps nearly always. Workers get a CPU each,
/// from the second on, as interrupts and other programs gather on the first.
std::string lcore_map(unsigned workers) {
  const std::vector<unsigned> cpus = usable_cpus();
  std::string map = "0@(";
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    if (i > 0) map += ',';
    map += std::to_string(cpus[i]);
  }
  map += ')';
  for (unsigned worker = 0; worker < workers; ++worker) {
    map += ',';
    map += std::to_string(worker_lcore(worker));
    map += '@';
    map += std::to_string(cpus[(worker + 1) % cpus.size()]);
  }
  return map;
}

std::vector<std::string> eal_arguments(const Options& options, std::span<const PortSpec> ports,
                                       bool huge_pages, std::uint64_t mebibytes) {
  std::vector<std::string> arguments{"sekimori-dataplane",
                                     "--file-prefix=sekimori-" + options.instance,
                                     "--no-telemetry",
                                     "--log-level=*:warning",
                                     "--log-level=lib.eal:error",
                                     "--lcores=" + lcore_map(options.workers)};
  if (huge_pages) {
    arguments.emplace_back("--in-memory");
  } else {
    // Without hugepages EAL reserves everything at start; pages cost nothing until they are used.
    arguments.insert(arguments.end(),
                     {"--no-huge", "--no-shconf", "-m", std::to_string(2 * mebibytes)});
  }
  bool any_pci = false;
  for (const PortSpec& port : ports) {
    if (port.bus != PortSpec::Bus::pci) continue;
    arguments.insert(arguments.end(), {"-a", port.text});
    any_pci = true;
  }
  // Without hardware that needs physical addresses, buffers are one contiguous range, as AF_XDP
  // wants them.
  if (!any_pci) arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
  arguments.insert(arguments.end(), options.eal_arguments.begin(), options.eal_arguments.end());
  return arguments;
}

}  // namespace

std::vector<unsigned> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  }
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

tl::expected<Eal, Failure> Eal::start(const Options& options, std::span<const PortSpec> ports) {
  const std::uint64_t mebibytes = mebibytes_base + mebibytes_per_worker * options.workers;
  const std::uint64_t free_mebibytes = free_huge_mebibytes();
  const bool enough = free_mebibytes >= mebibytes;
  if (options.memory == MemoryMode::huge_pages && !enough) {
    return refused("--huge: " + std::to_string(mebibytes) +
                   " MiB of free hugepages are needed and " + std::to_string(free_mebibytes) +
                   " MiB are there; raise /proc/sys/vm/nr_hugepages or leave --huge out");
  }
  const bool huge_pages = options.memory != MemoryMode::ordinary_pages && enough;

  std::vector<std::string> arguments = eal_arguments(options, ports, huge_pages, mebibytes);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  if (rte_eal_init(static_cast<int>(arguments.size()), argv.data()) < 0) {
    return refused(std::string{"DPDK's environment does not start: "} + rte_strerror(rte_errno) +
                   "; its own message is above");
  }
  return Eal{huge_pages};
}

Eal::Eal(Eal&& other) noexcept
    : huge_pages_(other.huge_pages_), owner_(std::exchange(other.owner_, false)) {}

Eal::~Eal() {
  if (!owner_) return;
  const std::filesystem::path directory = rte_eal_get_runtime_dir();
  rte_eal_cleanup();
  // EAL leaves its empty directory behind; one that is not empty is not ours alone.
  std::error_code ignored;
  std::filesystem::remove(directory, ignored);
}

}  // namespace sekimori
