#include "control/daemon/state_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sekimori {
namespace {

namespace fs = std::filesystem;
using Error = tl::unexpected<std::string>;

Error failure(const fs::path& path, const std::string& why) {
  return Error{path.string() + ": " + why};
}

/// Writes all of it and has it on the disk when it returns.
bool write_whole(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(file) == 0;
}

}  // namespace

tl::expected<StateFolder, std::string> StateFolder::open(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return failure(path, std::string{std::strerror(errno)} + "; `sekimori-control init --state " +
                             path.string() + "` makes it");
  }
  if (!S_ISDIR(status.st_mode)) return failure(path, "is no folder");
  if ((status.st_mode & 077) != 0) {
    return failure(path, "must be its owner's alone; `chmod 0700 " + path.string() + "`");
  }
  if (status.st_uid != geteuid()) {
    return failure(path, "belongs to another user than the one this program runs as");
  }
  return StateFolder{fs::absolute(path)};
}

tl::expected<StateFolder, std::string> StateFolder::make(const fs::path& path) {
  std::error_code ignored;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return failure(path, std::strerror(errno));
  }
  return open(path);
}

tl::expected<void, std::string> replace_file(const fs::path& path, std::string_view content) {
  const fs::path fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failure(fresh, std::strerror(errno));
  const bool written = write_whole(file, content);
  const int error = errno;
  close(file);
  if (!written) {
    unlink(fresh.c_str());
    return failure(fresh, std::strerror(error));
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return failure(path, std::strerror(errno));
  return {};
}

}  // namespace sekimori
