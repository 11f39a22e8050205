#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "hw/host/register_access.hpp"

namespace sekimori {

/// What passes over the socket of a simulated card, a message a packet, in the host's byte order. A
/// read is answered with the same message and its value; a write is not answered.
struct RegisterMessage {
  enum class Kind : std::uint32_t { write, read };

  Kind kind = Kind::write;
  std::uint32_t offset = 0;
  std::uint32_t value = 0;
};
static_assert(sizeof(RegisterMessage) == 12);

/// The registers of a kernel that is simulated by another process, over its Unix socket. Accesses
/// throw std::runtime_error when that process is gone or does not answer.
class RegisterSocket : public RegisterAccess {
 public:
  /// The error names the path.
  static tl::expected<std::unique_ptr<RegisterSocket>, std::string> connect(
      const std::string& path);
  ~RegisterSocket() override;
  RegisterSocket(const RegisterSocket&) = delete;
  RegisterSocket& operator=(const RegisterSocket&) = delete;

  void write(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override;

 private:
  explicit RegisterSocket(int socket) : socket_(socket) {}
  void send(const RegisterMessage& message) const;

  int socket_;
};

}  // namespace sekimori
