#include "control/pki/deny_list.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "control/pki/secret_file.hpp"

namespace sekimori {
namespace {

bool is_serial(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

}  // namespace

tl::expected<std::set<std::string>, std::string> parse_deny_list(std::string_view text) {
  std::set<std::string> serials;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string_view serial = line.substr(0, line.find(' '));
    if (!is_serial(serial)) {
      return tl::unexpected{"line " + std::to_string(number) +
                            ": has to begin with a serial number in hexadecimal digits, lower "
                            "case, as sekictl person list shows it"};
    }
    serials.emplace(serial);
  }
  return serials;
}

tl::expected<void, std::string> DenyList::refresh() {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) {
    version_.reset();
    return tl::unexpected{path_.string() + ": " + std::strerror(errno) +
                          "; nobody is admitted until it is there again, even if empty"};
  }
  const Version now{.changed_s = status.st_ctim.tv_sec,
                    .changed_ns = status.st_ctim.tv_nsec,
                    .inode = status.st_ino,
                    .bytes = status.st_size};
  if (version_ == now) return {};
  version_.reset();
  const auto text = read_small_file(path_);
  if (!text) return tl::unexpected{text.error()};
  auto serials = parse_deny_list(*text);
  if (!serials) return tl::unexpected{path_.string() + ": " + serials.error()};
  serials_ = std::move(*serials);
  version_ = now;
  return {};
}

tl::expected<bool, std::string> DenyList::holds(const std::string& serial) {
  const std::lock_guard lock{mutex_};
  if (const auto good = refresh(); !good) return tl::unexpected{good.error()};
  return serials_.contains(serial);
}

}  // namespace sekimori
