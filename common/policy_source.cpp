#include "common/policy_source.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <vector>

namespace sekimori {
namespace {

using Bytes = std::vector<std::byte>;

tl::unexpected<PolicySourceError> failed(int exit_status, std::string message) {
  return tl::unexpected<PolicySourceError>{
      {.exit_status = exit_status, .message = std::move(message)}};
}

/// Reads to the end, or up to one byte more than any image may have.
tl::expected<Bytes, std::string> read_all(int file) {
  Bytes content;
  std::array<std::byte, 1U << 16> part;
  while (content.size() <= PolicyBounds::max_image_bytes) {
    const ssize_t length = read(file, part.data(), part.size());
    if (length == 0) break;
    if (length < 0) {
      if (errno == EINTR) continue;
      return tl::unexpected<std::string>{std::strerror(errno)};
    }
    const auto read_part = std::span{part}.first(static_cast<std::size_t>(length));
    content.insert(content.end(), read_part.begin(), read_part.end());
  }
  return content;
}

tl::expected<Bytes, std::string> read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected<std::string>{std::strerror(errno)};
  auto content = read_all(file);
  close(file);
  return content;
}

bool is_image(const Bytes& content) {
  return content.size() >= policy_magic.size() &&
         std::memcmp(content.data(), policy_magic.data(), policy_magic.size()) == 0;
}

/// Starts `sekictl compile PATH -o -` with its standard output on the write end of a pipe.
tl::expected<pid_t, std::string> start_compiler(const std::string& program, const std::string& path,
                                                int output) {
  std::array<std::string, 5> words{program, "compile", path, "-o", "-"};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t process = 0;
  const int fault =
      posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) return tl::unexpected<std::string>{std::strerror(fault)};
  return process;
}

tl::expected<Bytes, PolicySourceError> compile(const std::string& path) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "sekictl").string();
  const auto cannot_run = [&](const std::string& why) {
    return failed(1, path + ": is not a compiled policy, and " + program +
                         " could not be run to compile it: " + why);
  };
  std::array<int, 2> ends{};
  if (error) return cannot_run(error.message());
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_run(std::strerror(errno));
  const auto process = start_compiler(program, path, ends[1]);
  close(ends[1]);
  auto content = process ? read_all(ends[0]) : tl::unexpected<std::string>{process.error()};
  close(ends[0]);
  if (!process) return cannot_run(process.error());
  int status = 0;
  while (waitpid(*process, &status, 0) < 0) {
    if (errno != EINTR) return cannot_run(std::strerror(errno));
  }
  if (!content) return cannot_run(content.error());
  if (!WIFEXITED(status)) return cannot_run("it was ended by a signal");
  if (WEXITSTATUS(status) == 127) return cannot_run("it did not start");
  if (WEXITSTATUS(status) != 0) return failed(WEXITSTATUS(status), {});
  return std::move(*content);
}

}  // namespace

tl::expected<PolicyImage, PolicySourceError> load_policy(const std::string& path) {
  auto content = read_file(path);
  if (!content) return failed(2, path + ": " + content.error());
  if (!is_image(*content)) {
    auto compiled = compile(path);
    if (!compiled) return tl::unexpected{compiled.error()};
    *content = std::move(*compiled);
  }
  auto image = PolicyImage::load(std::move(*content));
  if (!image) return failed(2, path + ": " + image.error());
  return std::move(*image);
}

}  // namespace sekimori
