#include "bench/peers/cpu_time.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/errors.hpp"

namespace sekimori::bench {
namespace {

std::vector<pid_t> softirq_threads() {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (end.ec != std::errc{} || *end.ptr != '\0') continue;
    std::string command;
    std::getline(std::ifstream{entry.path() / "comm"}, command);
    if (command.starts_with("ksoftirqd/")) found.push_back(pid);
  }
  return found;
}

}  // namespace

ProcessClocks::ProcessClocks(std::vector<pid_t> also) {
  std::ranges::copy(softirq_threads(), std::back_inserter(also));
  for (const pid_t pid : also) {
    clockid_t clock{};
    if (const int error = ::clock_getcpuclockid(pid, &clock); error != 0) {
      throw lab::LabError("CPU time of process " + std::to_string(pid) + ": " +
                          std::strerror(error));
    }
    clocks_.push_back(clock);
  }
}

std::chrono::nanoseconds ProcessClocks::now() const {
  std::chrono::nanoseconds sum{};
  for (const clockid_t clock : clocks_) {
    timespec time{};
    ::clock_gettime(clock, &time);
    sum += std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  }
  return sum;
}

std::chrono::nanoseconds machine_busy_time() {
  // cpu user nice system idle iowait irq softirq steal; guests are in user and nice already.
  constexpr std::array busy{true, true, true, false, false, true, true, true};
  std::ifstream file{"/proc/stat"};
  std::string label;
  file >> label;
  std::uint64_t ticks = 0;
  for (const bool counts : busy) {
    std::uint64_t value = 0;
    file >> value;
    if (counts) ticks += value;
  }
  const auto ticks_per_s = static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
  return std::chrono::nanoseconds{ticks * (1'000'000'000 / ticks_per_s)};
}

}  // namespace sekimori::bench
