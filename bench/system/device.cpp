#include "bench/system/device.hpp"

#include <rte_eal.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "dataplane/packet/frame.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/priority.hpp"

namespace sekimori::bench {

namespace {

constexpr std::chrono::seconds patience{20};

/// The longest that a worker may go ahead of everybody without a pause. The kernel ends it then, so
/// that a benchmark that was killed leaves no process behind that nobody can interrupt.
constexpr rlim_t most_real_time_us = 30'000'000;

std::string policy() {
  return "[[object]]\nname = \"forwarded\"\nprefixes = [\"" + std::string{forwarded_prefix} +
         "\"]\nsyn = \"off\"\n" + "[[object]]\nname = \"answered\"\nprefixes = [\"" +
         answered_prefix + "\"]\nsyn = \"proxy\"\n";
}

bool is_poller(const std::filesystem::path& task) {
  std::ifstream file{task / "comm"};
  std::string name;
  std::getline(file, name);
  // As EAL names them; newer versions say "dpdk-worker".
  return name.find("worker") != std::string::npos;
}

void schedule_workers(pid_t process, int policy) {
  const sched_param parameters{.sched_priority = policy == SCHED_FIFO ? 1 : 0};
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator{tasks}) {
    if (is_poller(task)) {
      sched_setscheduler(std::stoi(task.path().filename()), policy, &parameters);
    }
  }
}

}  // namespace

Wiring memif_wiring(const Site& site, unsigned number, unsigned log2_ring) {
  Wiring wiring;
  for (unsigned i = 0; i < 2; ++i) {
    const unsigned cable = 2 * number + i;
    const std::string ends = ",socket-abstract=no,rsize=" + std::to_string(log2_ring) +
                             ",socket=" + site.file("memif" + std::to_string(cable));
    wiring.device.ports[i] = "net_memif" + std::to_string(i) + ",role=server" + ends;
    wiring.generator.ports[i] = "net_memif" + std::to_string(cable) + ",role=client" + ends;
  }
  return wiring;
}

Wiring veth_wiring(Site& site, unsigned number, unsigned log2_ring) {
  Wiring wiring;
  for (unsigned i = 0; i < 2; ++i) {
    const std::string cable = std::to_string(2 * number + i);
    const std::string ours = "generator" + cable;
    const std::string theirs = "device" + cable;
    site.cables.push_back(std::make_unique<lab::VethPair>(lab::Port{&site.generator, ours},
                                                          lab::Port{&site.box, theirs}));
    const std::string ring = ",qdisc_bypass=1,framecnt=" + std::to_string(1U << log2_ring);
    wiring.device.ports[i] = "net_af_packet" + std::to_string(i) + ",iface=" + theirs + ring;
    wiring.generator.ports[i] = "net_af_packet" + cable + ",iface=" + ours + ring;
  }
  return wiring;
}

std::unique_ptr<Device> Device::dataplane(const Site& site, const Wiring& wiring, bool huge_pages) {
  const std::string policy_file = site.file("policy.toml");
  if (!(std::ofstream{policy_file} << policy() << std::flush)) {
    throw std::runtime_error{"cannot write " + policy_file};
  }
  lab::Process process{
      site.box,
      {(lab::program_folder() / "sekimori-dataplane").string(), "--policy", policy_file,
       "--outside", wiring.device.ports[0], "--inside", wiring.device.ports[1], "--instance",
       site.run.name() + "-device", "--idle-sleep", "0", huge_pages ? "--huge" : "--no-huge"},
      site.file("dataplane.log")};
  std::unique_ptr<Device> device{new Device{std::move(process), {}}};
  if (!device->process_.wait_for_output("ready ", patience)) {
    throw std::runtime_error{"sekimori-dataplane does not start:\n" + device->output()};
  }
  return device;
}

std::unique_ptr<Device> Device::testpmd(const Site& site, const Wiring& wiring, bool huge_pages) {
  const std::vector<unsigned> cpus = usable_cpus();
  const std::string prefix = site.run.name() + "-testpmd";
  // Its output comes line by line, so that the one that is waited for comes at all.
  std::vector<std::string> command{
      "stdbuf",
      "--output=L",
      "dpdk-testpmd",
      "--no-pci",
      "--no-telemetry",
      "--file-prefix=" + prefix,
      "--iova-mode=va",
      "--log-level=*:error",
      "--lcores=0@" + std::to_string(cpus[0]) + ",1@" + std::to_string(cpus[1 % cpus.size()])};
  for (const std::string& port : wiring.device.ports) command.push_back("--vdev=" + port);
  if (huge_pages) {
    command.emplace_back("--in-memory");
  } else {
    command.insert(command.end(), {"--no-huge", "--no-shconf", "-m", "256"});
  }
  // It prints its statistics now and then, as without that it would wait for a key.
  command.insert(command.end(), {"--", "--stats-period=3600", "--disable-link-check",
                                 "--nb-cores=1", "--forward-mode=io", "--total-num-mbufs=16383",
                                 "--burst=" + std::to_string(max_burst)});
  lab::Process process{site.box, command, site.file("testpmd.log")};
  std::unique_ptr<Device> device{
      new Device{std::move(process),
                 std::filesystem::path{rte_eal_get_runtime_dir()}.replace_filename(prefix)}};
  if (!device->process_.wait_for_output("nb forwarding cores", patience)) {
    throw std::runtime_error{"dpdk-testpmd (Debian package dpdk-dev) does not start:\n" +
                             device->output()};
  }
  return device;
}

void Device::resume(Priority priority) {
  const rlimit limit{.rlim_cur = most_real_time_us, .rlim_max = most_real_time_us};
  const bool ahead =
      priority == Priority::ahead && prlimit(process_.pid(), RLIMIT_RTTIME, &limit, nullptr) == 0;
  schedule_workers(process_.pid(), ahead ? SCHED_FIFO : SCHED_OTHER);
  process_.signal(SIGCONT);
}

void Device::pause() {
  process_.signal(SIGSTOP);
  if (const auto status = process_.exit_status()) {
    throw std::runtime_error{"the device ended with status " + std::to_string(*status) + ":\n" +
                             output()};
  }
}

Device::~Device() {
  // A halted process does not hear SIGTERM.
  process_.signal(SIGCONT);
  process_.stop(SIGTERM, patience);
  std::error_code ignored;
  if (!leftover_.empty()) std::filesystem::remove(leftover_, ignored);
}

AheadOfOthers::AheadOfOthers() {
  sched_getaffinity(0, sizeof(cpus_), &cpus_);
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(usable_cpus()[0], &first);
  sched_setaffinity(0, sizeof(first), &first);
  lab::take_real_time_priority();
}

AheadOfOthers::~AheadOfOthers() {
  const sched_param ordinary{};
  sched_setscheduler(0, SCHED_OTHER, &ordinary);
  sched_setaffinity(0, sizeof(cpus_), &cpus_);
}

}  // namespace sekimori::bench
