#include "common/stats_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/stats_segment.hpp"

namespace sekimori {
namespace {

/// Open-file-description locks belong to the open file and not to the process, so they also hold
/// between two segments of one process.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

OpenFile::~OpenFile() {
  if (file_ >= 0) close(file_);
}

int OpenFile::release() {
  return std::exchange(file_, -1);
}

bool try_lock(int file) {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

bool locked_by_another(int file) {
  struct flock lock = whole_file(F_RDLCK);
  return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

tl::expected<std::string, std::string> stats_segment_name(const std::string& instance) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (instance.empty() || instance.size() > stats_max_instance_length ||
      !std::ranges::all_of(instance, allowed)) {
    return tl::unexpected<std::string>{"instance name '" + instance + "': must be 1 to " +
                                       std::to_string(stats_max_instance_length) +
                                       " letters, digits, '-' or '_', for example 'default'"};
  }
  return "/sekimori-" + instance;
}

tl::unexpected<std::string> stats_failure(const std::string& name, const std::string& why) {
  return tl::unexpected<std::string>{"/dev/shm" + name + ": " + why};
}

}  // namespace sekimori
