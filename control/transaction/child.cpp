#include "control/transaction/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

namespace sekimori {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_error_bytes = std::size_t{64} << 10;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }

  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() { close_end(1); }
  void close_reader() { close_end(0); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

std::string failed(const std::string& program, int error) {
  return program + ": cannot be run: " + std::generic_category().message(error);
}

tl::expected<pid_t, std::string> spawn(const std::string& program,
                                       const std::vector<std::string>& arguments, Pipe& output,
                                       Pipe& errors) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.writer(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};
  pid_t child = -1;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, nullptr, pointers.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return tl::unexpected{failed(program, error)};
  return child;
}

/// Reads what there is; false at the end.
bool read_some(int fd, std::string& text) {
  std::array<char, 65'536> buffer{};
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return count != 0;
}

/// Reads both pipes to their ends. Returns what was beyond the limits, or nothing.
std::string read_all(Pipe& output, Pipe& errors, ChildResult& result, const ChildLimits& limits) {
  const Clock::time_point deadline = Clock::now() + std::chrono::milliseconds{limits.timeout_ms};
  while (output.reader() >= 0 || errors.reader() >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return "took longer than " + std::to_string(limits.timeout_ms) + " ms";
    }
    // A descriptor below zero is passed over.
    std::array<pollfd, 2> waiting{pollfd{.fd = output.reader(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = errors.reader(), .events = POLLIN, .revents = 0}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
    if (waiting[0].revents != 0 && !read_some(output.reader(), result.output)) {
      output.close_reader();
    }
    if (waiting[1].revents != 0 && !read_some(errors.reader(), result.errors)) {
      errors.close_reader();
    }
    result.errors.resize(std::min(result.errors.size(), max_error_bytes));
    if (result.output.size() > limits.max_output_bytes) {
      return "printed more than " + std::to_string(limits.max_output_bytes) + " bytes";
    }
  }
  return {};
}

}  // namespace

tl::expected<ChildResult, std::string> run_child(const std::string& program,
                                                 const std::vector<std::string>& arguments,
                                                 const ChildLimits& limits) {
  Pipe output;
  Pipe errors;
  if (!output.is_open() || !errors.is_open()) return tl::unexpected{failed(program, errno)};
  const auto child = spawn(program, arguments, output, errors);
  if (!child) return tl::unexpected{child.error()};
  output.close_writer();
  errors.close_writer();
  ChildResult result;
  const std::string beyond = read_all(output, errors, result, limits);
  if (!beyond.empty()) ::kill(*child, SIGKILL);
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!beyond.empty()) return tl::unexpected{program + ": " + beyond};
  constexpr int signal_base = 128;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
  return result;
}

}  // namespace sekimori
