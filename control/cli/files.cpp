#include "control/cli/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sekimori {
namespace {

std::string failure(const std::string& path) {
  return path + ": " + std::strerror(errno);
}

bool write_all(int file, std::span<const std::byte> content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A device or a pipe is written to; a file in its place would be a surprise.
bool is_replaceable(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

tl::expected<std::string, std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected{failure(path)};
  constexpr std::size_t step = std::size_t{1} << 16;
  std::string content;
  ssize_t length = 0;
  do {
    const std::size_t before = content.size();
    content.resize(before + std::min(step, max_bytes - before));
    length = read(file, content.data() + before, content.size() - before);
    content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  } while (length > 0 || (length < 0 && errno == EINTR));
  const std::string error = length < 0 ? failure(path) : std::string{};
  close(file);
  if (!error.empty()) return tl::unexpected{error};
  return content;
}

std::string write_file(const std::string& path, std::span<const std::byte> content) {
  if (path == "-") return write_all(STDOUT_FILENO, content) ? "" : failure("standard output");
  const bool replace = is_replaceable(path);
  std::string target = replace ? path + ".XXXXXX" : path;
  const int file =
      replace ? mkostemp(target.data(), O_CLOEXEC) : open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failure(path);
  bool good = write_all(file, content);
  if (replace) {
    // mkostemp makes files for their owner only; a policy is no secret.
    good = good && fchmod(file, 0644) == 0 && fsync(file) == 0;
    good = good && rename(target.c_str(), path.c_str()) == 0;
  }
  std::string error = good ? std::string{} : failure(path);
  close(file);
  if (!good && replace) unlink(target.c_str());
  return error;
}

}  // namespace sekimori
