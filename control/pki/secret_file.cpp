#include "control/pki/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sekimori {
namespace {

constexpr std::size_t max_bytes = std::size_t{64} << 10;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

tl::unexpected<std::string> failure(const std::filesystem::path& path) {
  const int error = errno;
  return tl::unexpected{path.string() + ": " + std::strerror(error)};
}

tl::expected<std::string, std::string> read_open_file(const File& file,
                                                      const std::filesystem::path& path) {
  std::string content;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t length = read(file.get(), buffer.data(), buffer.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return failure(path);
    if (length == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(length));
    if (content.size() > max_bytes) {
      return tl::unexpected{path.string() + ": longer than 65,536 bytes, so not what it should be"};
    }
  }
}

}  // namespace

tl::expected<void, std::string> write_new_secret(const std::filesystem::path& path,
                                                 std::string_view content) {
  const File file{open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (file.get() < 0 && errno == EEXIST) {
    return tl::unexpected{path.string() + ": is there already; move it away to replace it"};
  }
  if (file.get() < 0) return failure(path);
  while (!content.empty()) {
    const ssize_t written = write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto error = failure(path);
      unlink(path.c_str());
      return error;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(file.get()) != 0) return failure(path);
  return {};
}

tl::expected<std::string, std::string> read_small_file(const std::filesystem::path& path) {
  const File file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) return failure(path);
  return read_open_file(file, path);
}

tl::expected<std::string, std::string> read_secret(const std::filesystem::path& path) {
  const File file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) return failure(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failure(path);
  if ((status.st_mode & 077U) != 0) {
    return tl::unexpected{path.string() +
                          ": others than its owner may read or write it; run chmod 600 on it, and "
                          "replace the key if somebody could have read it"};
  }
  return read_open_file(file, path);
}

}  // namespace sekimori
