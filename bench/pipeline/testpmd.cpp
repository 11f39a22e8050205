#include "bench/pipeline/testpmd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <rte_eal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/clock.hpp"
#include "dataplane/dpdk/eal.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori::bench {

namespace {

constexpr const char* prompt = "testpmd> ";
/// An answer takes no longer even on a machine with much else to do.
constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds time_to_settle{5};

/// With output by lines, or its answers would come long after its prompts. The main thread of
/// testpmd only waits for commands; its worker gets the CPU that our own has.
std::vector<std::string> command(const TestpmdPlan& plan, const std::string& file_prefix) {
  const std::vector<unsigned> cpus = usable_cpus();
  std::vector<std::string> words;
  if (!plan.driver.empty()) words = {"env", "LD_PRELOAD=" + plan.driver};
  words.insert(
      words.end(),
      {"stdbuf", "-oL", "dpdk-testpmd", "--no-pci", "--no-telemetry",
       "--file-prefix=" + file_prefix, "--iova-mode=va", "--log-level=*:error",
       "--lcores=0@" + std::to_string(cpus[0]) + ",1@" + std::to_string(cpus[1 % cpus.size()])});
  if (plan.huge_pages) {
    words.emplace_back("--in-memory");
  } else {
    words.insert(words.end(), {"--no-huge", "--no-shconf", "-m", "256"});
  }
  words.insert(words.end(), plan.eal_arguments.begin(), plan.eal_arguments.end());
  words.insert(words.end(), {"--", "-i", "--nb-cores=1", "--forward-mode=" + plan.mode,
                             "--total-num-mbufs=16383", "--mbcache=256",
                             "--burst=" + std::to_string(max_burst)});
  words.insert(words.end(), plan.arguments.begin(), plan.arguments.end());
  return words;
}

std::uint64_t cpu_ns(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

Testpmd::Testpmd() {
  static unsigned number = 0;
  file_prefix_ = "sekimori-testpmd-" + std::to_string(getpid()) + '-' + std::to_string(number++);
}

Testpmd::Testpmd(const TestpmdPlan& plan) : Testpmd() {
  start(command(plan, file_prefix_));
  ask("");
}

Testpmd::~Testpmd() {
  if (process_ < 0) return;
  // At the end of its input testpmd ends by itself.
  ::close(to_);
  std::array<char, 4096> ignored;
  while (::read(from_, ignored.data(), ignored.size()) > 0) {
  }
  ::close(from_);
  ::kill(process_, SIGKILL);  // without effect unless it has closed its output and stays
  ::waitpid(process_, nullptr, 0);
  // The empty directory that it leaves behind.
  std::error_code no_error;
  std::filesystem::remove(
      std::filesystem::path{rte_eal_get_runtime_dir()}.replace_filename(file_prefix_), no_error);
}

void Testpmd::start(std::vector<std::string> command) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error{std::string{"no pipe to dpdk-testpmd: "} + std::strerror(errno)};
  }
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO);
  const int error = posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  if (error != 0) {
    process_ = -1;
    ::close(input[1]);
    ::close(output[0]);
    throw std::runtime_error{"no " + command.front() +
                             " to start dpdk-testpmd with: " + std::strerror(error)};
  }
  to_ = input[1];
  from_ = output[0];
}

void Testpmd::fail(const std::string& what) {
  throw std::runtime_error{"dpdk-testpmd (Debian package dpdk-dev) " + what + "; it says:\n" +
                           output_};
}

std::string Testpmd::ask(const std::string& line) {
  const std::string text = line + '\n';
  if (!line.empty() && ::write(to_, text.data(), text.size()) < 0) fail("takes no commands");
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::array<char, 4096> bytes;
  while (!output_.ends_with(prompt)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd readable{.fd = from_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) == 0) {
      fail("does not answer");
    }
    const ssize_t count = ::read(from_, bytes.data(), bytes.size());
    if (count <= 0) fail("has ended");
    output_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return std::exchange(output_, {});
}

Testpmd::Sample Testpmd::sample() {
  std::istringstream lines{ask("show port stats all")};
  Sample sample{.cpu_ns = cpu_ns(process_)};
  for (std::string line; std::getline(lines, line);) {
    unsigned long long packets = 0;
    if (std::sscanf(line.c_str(), " RX-packets: %llu", &packets) == 1) sample.packets += packets;
  }
  return sample;
}

void Testpmd::let_run(std::chrono::nanoseconds cpu_time) {
  std::uint64_t used = cpu_ns(process_);
  const std::uint64_t end = used + static_cast<std::uint64_t>(cpu_time.count());
  // However slowly a busy machine lets it run, it is waited for as long as it runs at all.
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (used < end) {
    if (std::chrono::steady_clock::now() > deadline) fail("gets no CPU time");
    std::this_thread::sleep_for(time_to_settle);
    if (const std::uint64_t now = cpu_ns(process_); now != used) {
      used = now;
      deadline = std::chrono::steady_clock::now() + patience;
    }
  }
}

double Testpmd::measure(std::chrono::nanoseconds duration) {
  ask("start");
  let_run(time_to_settle);
  const Sample before = sample();
  let_run(duration);
  const Sample after = sample();
  output_ = ask("stop");
  if (after.packets <= before.packets || after.cpu_ns <= before.cpu_ns) {
    fail("forwards no packets");
  }
  output_.clear();
  return static_cast<double>(after.cpu_ns - before.cpu_ns) /
         static_cast<double>(after.packets - before.packets);
}

}  // namespace sekimori::bench
