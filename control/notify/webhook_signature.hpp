#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekimori {

/// The secret that webhooks are signed with. It is wiped when it ends, and never copied.
class WebhookSecret {
 public:
  static constexpr std::size_t min_bytes = 32;
  static constexpr std::size_t max_bytes = 1'024;

  /// Reads a file whose whole content is the secret. It must be a regular file of this user, with
  /// no rights for group and others, and must not end with a line end, which the receiver's copy
  /// would be missing.
  static tl::expected<WebhookSecret, std::string> load(const std::string& path);

  WebhookSecret(WebhookSecret&&) = default;
  WebhookSecret& operator=(WebhookSecret&&) = default;

  /// HMAC-SHA256 (RFC 2104) of "TIMESTAMP.BODY" in hexadecimal digits. The timestamp is in it, so
  /// that a receiver can refuse what somebody recorded and sends again.
  [[nodiscard]] std::string signature(std::uint64_t unix_s, std::string_view body) const;

  /// The value of the header Sekimori-Signature: "t=TIMESTAMP,v1=SIGNATURE".
  [[nodiscard]] std::string header(std::uint64_t unix_s, std::string_view body) const;

 private:
  struct Bytes {
    Bytes() = default;
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    ~Bytes();
    std::array<unsigned char, max_bytes + 1> data{};
    std::size_t size = 0;
  };
  explicit WebhookSecret(std::unique_ptr<Bytes> bytes) : bytes_(std::move(bytes)) {}

  std::unique_ptr<Bytes> bytes_;
};

}  // namespace sekimori
