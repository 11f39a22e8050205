#include "control/notify/webhook_signature.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sekimori {

WebhookSecret::Bytes::~Bytes() {
  sodium_memzero(data.data(), data.size());
}

tl::expected<WebhookSecret, std::string> WebhookSecret::load(const std::string& path) {
  const auto failed = [&](const std::string& why) {
    return tl::make_unexpected("webhook secret '" + path + "' " + why);
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return failed("cannot be opened: " + std::generic_category().message(errno));
  struct stat status {};
  auto bytes = std::make_unique<Bytes>();
  const bool known = ::fstat(file, &status) == 0;
  const ssize_t length = ::read(file, bytes->data.data(), bytes->data.size());
  ::close(file);
  if (!known || !S_ISREG(status.st_mode)) return failed("must be a regular file");
  if ((status.st_mode & 077) != 0) {
    return failed("must be accessible to its owner only: chmod 0600");
  }
  if (status.st_uid != ::geteuid()) return failed("must belong to the user that runs this program");
  if (length < static_cast<ssize_t>(min_bytes) || length > static_cast<ssize_t>(max_bytes)) {
    return failed("must hold " + std::to_string(min_bytes) + " to " + std::to_string(max_bytes) +
                  " bytes");
  }
  bytes->size = static_cast<std::size_t>(length);
  if (bytes->data[bytes->size - 1] == '\n') {
    return failed(
        "ends with a line end, which would be a part of the secret; write it without: "
        "openssl rand -hex 32 | tr -d '\\n'");
  }
  return WebhookSecret{std::move(bytes)};
}

std::string WebhookSecret::signature(std::uint64_t unix_s, std::string_view body) const {
  // The text as libsodium takes bytes.
  const auto update = [](crypto_auth_hmacsha256_state& state, std::string_view text) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
  };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_->data.data(), bytes_->size);
  update(state, std::to_string(unix_s) + ".");
  update(state, body);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
  crypto_auth_hmacsha256_final(&state, code.data());
  sodium_memzero(&state, sizeof(state));
  std::array<char, code.size() * 2 + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), code.data(), code.size());
  return digits.data();
}

std::string WebhookSecret::header(std::uint64_t unix_s, std::string_view body) const {
  return "t=" + std::to_string(unix_s) + ",v1=" + signature(unix_s, body);
}

}  // namespace sekimori
