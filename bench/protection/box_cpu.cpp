#include "bench/protection/box_cpu.hpp"

#include <sched.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/process.hpp"

namespace sekimori::bench {
namespace {

/// The one that the dataplane's first worker takes, too.
constexpr unsigned box_cpu = 1;

std::set<pid_t> receiving_threads(const std::string& interface) {
  std::set<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (end.ec != std::errc{} || end.ptr != name.data() + name.size()) continue;
    std::string command;
    std::getline(std::ifstream{entry.path() / "comm"}, command);
    if (command.starts_with("napi/" + interface + "-")) found.insert(pid);
  }
  return found;
}

void take_box_cpu(pid_t thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(box_cpu, &set);
  lab::checked(::sched_setaffinity(thread, sizeof set, &set), "the box's CPU");
  // Where that is not allowed, it is a thread like the others.
  const sched_param lowest{.sched_priority = 1};
  ::sched_setscheduler(thread, SCHED_FIFO, &lowest);
}

}  // namespace

BoxCpu::BoxCpu(const lab::Port& port) {
  const std::set<pid_t> before = receiving_threads(port.interface);
  // `ip netns exec` shows the namespace's own /sys.
  lab::run_command({"ip", "netns", "exec", port.where->name(), "sh", "-c",
                    "echo 1 >/sys/class/net/" + port.interface + "/threaded"});
  std::set<pid_t> ours;
  lab::wait_until(std::chrono::seconds{5}, [&] {
    ours = receiving_threads(port.interface);
    for (const pid_t thread : before) ours.erase(thread);
    return !ours.empty();
  });
  if (ours.empty()) {
    throw lab::LabError("the kernel has no thread that receives at " + port.interface +
                        " (threaded NAPI)");
  }
  for (const pid_t thread : ours) take_box_cpu(thread);
}

}  // namespace sekimori::bench
