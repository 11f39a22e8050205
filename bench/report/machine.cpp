#include "bench/report/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <fstream>

#include "bench/report/numbers.hpp"

namespace sekimori::bench {

namespace {

/// What follows the colon of the first line that begins with `key`, or nothing.
std::string value_of(const char* path, const std::string& key) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t value = line.find_first_not_of(" \t", line.find(':') + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return "";
}

/// A number of /proc/meminfo; 0 if it is not there.
std::size_t meminfo(const std::string& key) {
  const std::string value = value_of("/proc/meminfo", key + ":");
  return value.empty() ? 0 : std::stoul(value);
}

std::string memory() {
  constexpr double kib_per_gib = 1024 * 1024;
  std::string text = fixed(static_cast<double>(meminfo("MemTotal")) / kib_per_gib, 1) + " GiB";
  if (const std::size_t pages = meminfo("HugePages_Total"); pages != 0) {
    text += " with " + std::to_string(pages) + " hugepages of " +
            std::to_string(meminfo("Hugepagesize") / 1024) + " MiB";
  }
  return text;
}

}  // namespace

Machine this_machine() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  utsname system{};
  uname(&system);
  std::string processor = value_of("/proc/cpuinfo", "model name");
  return {.processor = processor.empty() ? "unknown processor" : std::move(processor),
          .cpus = static_cast<unsigned>(CPU_COUNT(&cpus)),
          .kernel = system.release,
          .memory = memory()};
}

std::size_t available_memory() {
  return meminfo("MemAvailable") * 1024;
}

}  // namespace sekimori::bench
