#include "control/store/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "control/store/database.hpp"

namespace sekimori {
namespace {

constexpr std::size_t buffer_bytes = 64U << 10;

[[noreturn]] void fail(const std::string& path) {
  throw DatabaseFault{path + ": cannot be written: " + std::generic_category().message(errno)};
}

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) fail(path_);
}

NewFile::~NewFile() {
  ::close(fd_);
  if (!completed_) ::unlink(path_.c_str());
}

void NewFile::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_bytes) flush();
}

void NewFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void NewFile::complete() {
  flush();
  if (::fsync(fd_) != 0) fail(path_);
  const std::filesystem::path parent = std::filesystem::absolute(path_).parent_path();
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(path_);
  const int result = ::fsync(folder);
  ::close(folder);
  if (result != 0) fail(path_);
  completed_ = true;
}

}  // namespace sekimori
