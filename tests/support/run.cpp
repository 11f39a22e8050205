#include "tests/support/run.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <set>
#include <thread>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace fs = std::filesystem;
namespace {

const fs::path namespace_folder = "/run/netns";
const fs::path statistics_folder = "/dev/shm";
const std::string name_prefix = "sekimori-";

// Read by the signal handler: the pipe whose closing tells the janitor to work, and the janitor.
std::atomic<int> live_leash{-1};
std::atomic<pid_t> live_janitor{-1};

// Only calls that are safe in a handler: let the janitor clean up, wait for it, die of the signal.
void clean_up_and_die(int signal_number) {
  const int leash = live_leash.exchange(-1);
  if (leash >= 0) {
    ::close(leash);
    ::waitpid(live_janitor.load(), nullptr, 0);
    // The janitor has ended our children; their last traces are ours to remove.
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

void install_signal_handlers() {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = clean_up_and_die;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) {  // as nohup(1) leaves it
    ::sigaction(SIGHUP, &action, nullptr);
  }
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    found.push_back(entry.path());
  }
  return found;
}

std::vector<fs::path> namespaces_of(const std::string& run_name) {
  std::vector<fs::path> found;
  for (const auto& path : entries_of(namespace_folder)) {
    if (path.filename().string().starts_with(run_name + "-")) {
      found.push_back(path);
    }
  }
  return found;
}

// Processes whose main thread is in one of the namespaces. All of them were started by the run, for
// nobody else knows the namespaces.
std::vector<pid_t> processes_in(const std::set<ino_t>& namespaces) {
  std::vector<pid_t> found;
  for (const auto& path : entries_of("/proc")) {
    const std::string name = path.filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    struct stat status {};
    if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size() &&
        ::stat((path / "ns/net").c_str(), &status) == 0 && namespaces.contains(status.st_ino)) {
      found.push_back(pid);
    }
  }
  return found;
}

void end_processes_in(const std::vector<fs::path>& paths) {
  std::set<ino_t> namespaces;
  for (const auto& path : paths) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
      namespaces.insert(status.st_ino);
    }
  }
  if (namespaces.empty()) {
    return;
  }
  for (const int signal_number : {SIGTERM, SIGKILL}) {
    for (const pid_t pid : processes_in(namespaces)) {
      ::kill(pid, signal_number);
    }
    if (wait_until(std::chrono::seconds{2}, [&] { return processes_in(namespaces).empty(); })) {
      return;
    }
  }
}

[[noreturn]] void be_janitor(const std::string& run_name, int leash) {
  ::setsid();
  ::prctl(PR_SET_NAME, "sekimori-janit", 0, 0, 0);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    ::signal(signal_number, SIG_IGN);
  }
  // Whoever waits for the run's output to end must not wait for the janitor.
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {0, 1, 2}) {
    ::dup2(nothing, standard);
  }
  for (int fd = 3; fd < 1024; ++fd) {
    if (fd != leash) {
      ::close(fd);
    }
  }
  char byte = 0;
  while (::read(leash, &byte, 1) < 0 && errno == EINTR) {
  }
  remove_run(run_name);
  ::_exit(0);
}

}  // namespace

std::vector<std::string> missing_for_lab() {
  std::vector<std::string> missing;
  if (::geteuid() != 0) {
    missing.emplace_back("root (network namespaces and raw sockets need it)");
    return missing;
  }
  bool can_unshare = false;
  std::thread([&] { can_unshare = ::unshare(CLONE_NEWNET) == 0; }).join();
  if (!can_unshare) {
    missing.emplace_back("network namespaces (unshare(CLONE_NEWNET) is refused)");
  }
  if (!fs::exists("/sbin/ip") && !fs::exists("/usr/sbin/ip") && !fs::exists("/bin/ip")) {
    missing.emplace_back("the program ip (Debian package iproute2)");
  }
  return missing;
}

void remove_run(const std::string& run_name) {
  const auto namespaces = namespaces_of(run_name);
  end_processes_in(namespaces);
  for (const auto& path : namespaces) {
    ::umount2(path.c_str(), MNT_DETACH);
    ::unlink(path.c_str());
  }
  std::error_code ignored;
  fs::remove_all(fs::temp_directory_path() / run_name, ignored);
  for (const auto& path : entries_of(statistics_folder)) {
    const std::string name = path.filename();
    if (name == name_prefix + run_name || name.starts_with(name_prefix + run_name + "-")) {
      ::unlink(path.c_str());
    }
  }
}

void remove_leftover_runs() {
  std::set<std::string> names;
  for (const auto& folder : {namespace_folder, fs::temp_directory_path()}) {
    for (const auto& path : entries_of(folder)) {
      const std::string name = path.filename();
      if (!name.starts_with(name_prefix)) {
        continue;
      }
      // sekimori-<pid>-<number>, and for a namespace "-<label>" behind it.
      const char* at = name.data() + name_prefix.size();
      const char* end = name.data() + name.size();
      pid_t pid = 0;
      unsigned number = 0;
      const auto after_pid = std::from_chars(at, end, pid);
      if (after_pid.ec != std::errc{} || after_pid.ptr == end || *after_pid.ptr != '-') {
        continue;
      }
      const auto after_number = std::from_chars(after_pid.ptr + 1, end, number);
      if (after_number.ec == std::errc{} && ::kill(pid, 0) != 0 && errno == ESRCH) {
        names.insert(name.substr(0, static_cast<std::size_t>(after_number.ptr - name.data())));
      }
    }
  }
  for (const auto& name : names) {
    remove_run(name);
  }
}

Run::Run() {
  static unsigned runs = 0;
  if (live_leash.load() >= 0) {
    throw LabError("a process has one laboratory at a time");
  }
  remove_leftover_runs();
  name_ = name_prefix + std::to_string(::getpid()) + "-" + std::to_string(runs++);
  directory_ = fs::temp_directory_path() / name_;
  fs::create_directories(directory_);

  int ends[2];
  checked(::pipe2(ends, O_CLOEXEC), "pipe2");
  const UniqueFd janitor_end{ends[0]};
  leash_ = UniqueFd{ends[1]};
  janitor_ = checked(::fork(), "fork");
  if (janitor_ == 0) {
    be_janitor(name_, janitor_end.get());
  }
  live_janitor = janitor_;
  live_leash = leash_.get();
  install_signal_handlers();
}

Run::~Run() {
  remove_run(name_);
  live_leash = -1;
  leash_.reset();
  ::waitpid(janitor_, nullptr, 0);
}

}  // namespace sekimori::lab
