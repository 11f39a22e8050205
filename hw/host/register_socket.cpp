#include "hw/host/register_socket.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "common/unix_address.hpp"

namespace sekimori {
namespace {

/// How long the other process may take for one message.
constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};

[[noreturn]] void give_up(const char* why) {
  throw std::runtime_error(std::string{"the simulated card's registers: "} + why);
}

}  // namespace

tl::expected<std::unique_ptr<RegisterSocket>, std::string> RegisterSocket::connect(
    const std::string& path) {
  const auto address = unix_address(path);
  if (!address) return tl::unexpected{path + ": " + address.error()};
  const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (socket < 0) return tl::unexpected{path + ": " + std::strerror(errno)};
  std::unique_ptr<RegisterSocket> registers{new RegisterSocket{socket}};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    return tl::unexpected{path + ": " + std::strerror(errno) +
                          "; does a simulated card run there?"};
  }
  return registers;
}

RegisterSocket::~RegisterSocket() {
  close(socket_);
}

void RegisterSocket::send(const RegisterMessage& message) const {
  if (::send(socket_, &message, sizeof(message), MSG_NOSIGNAL) != sizeof(message)) {
    give_up(std::strerror(errno));
  }
}

void RegisterSocket::write(std::uint32_t offset, std::uint32_t value) {
  send({.kind = RegisterMessage::Kind::write, .offset = offset, .value = value});
}

std::uint32_t RegisterSocket::read(std::uint32_t offset) {
  send({.kind = RegisterMessage::Kind::read, .offset = offset});
  RegisterMessage answer;
  const ssize_t length = recv(socket_, &answer, sizeof(answer), 0);
  if (length < 0) give_up(std::strerror(errno));
  if (length != sizeof(answer) || answer.offset != offset) give_up("the card has gone");
  return answer.value;
}

}  // namespace sekimori
