#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/namespace.hpp"

namespace sekimori::lab {
namespace {

// posix_spawn's two argument objects, freed with their scope.
struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // A group of its own: a Ctrl-C at the terminal reaches only us, and we end the child in order.
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

pid_t spawn(const std::vector<std::string>& command, const SpawnSettings& settings) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments.front(), &settings.actions, &settings.attributes,
                                 arguments.data(), environ);
  if (error != 0) {
    errno = error;
    throw_errno("start " + command.front());
  }
  return pid;
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Process::Process(const Namespace& where, const std::vector<std::string>& command,
                 std::filesystem::path output)
    : output_(std::move(output)) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.actions, STDOUT_FILENO, output_.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&settings.actions, STDOUT_FILENO, STDERR_FILENO);
  pid_ = where.run([&] { return spawn(command, settings); });
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      status_(other.status_) {}

Process::~Process() {
  if (pid_ > 0) {
    stop(SIGTERM, std::chrono::seconds{3});
  }
}

std::string Process::output() const {
  std::ifstream file(output_);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Process::wait_for_output(std::string_view text, std::chrono::milliseconds at_most) {
  bool found = false;
  wait_until(at_most, [&] {
    const bool ended = exit_status().has_value();
    found = output().find(text) != std::string::npos;
    return found || ended;
  });
  return found;
}

std::optional<int> Process::exit_status() {
  int wait_status = 0;
  if (!status_ && ::waitpid(pid_, &wait_status, WNOHANG) == pid_) {
    status_ = status_of(wait_status);
  }
  return status_;
}

std::optional<int> Process::wait(std::chrono::milliseconds at_most) {
  wait_until(at_most, [&] { return exit_status().has_value(); });
  return status_;
}

void Process::signal(int number) const {
  if (!status_) {
    ::kill(pid_, number);
  }
}

int Process::stop(int number, std::chrono::milliseconds at_most) {
  signal(number);
  if (!wait(at_most)) {
    ::kill(-pid_, SIGKILL);
    wait(std::chrono::seconds{10});
  }
  return status_.value_or(-1);
}

void run_command(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  const UniqueFd from_child{ends[0]};
  UniqueFd to_parent{ends[1]};
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.actions, to_parent.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, to_parent.get(), STDERR_FILENO);
  const pid_t pid = spawn(command, settings);
  to_parent.reset();
  std::string words;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = ::read(from_child.get(), buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR)) {
      break;
    }
    if (got > 0) {
      words.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  int wait_status = 0;
  checked(::waitpid(pid, &wait_status, 0), "waitpid");
  if (status_of(wait_status) != 0) {
    std::string line;
    for (const auto& word : command) {
      line += word + " ";
    }
    throw LabError(line + "exits with " + std::to_string(status_of(wait_status)) + ": " + words);
  }
}

bool program_exists(const std::string& program) {
  for (const char* folder :
       {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (::access((folder + program).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace sekimori::lab
