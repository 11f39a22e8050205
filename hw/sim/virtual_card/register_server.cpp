#include "hw/sim/virtual_card/register_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/unix_address.hpp"
#include "hw/host/register_socket.hpp"
#include "tests/support/errors.hpp"

namespace sekimori {
namespace {

using lab::checked;
using lab::UniqueFd;

/// A bounded turn, so that frames do not wait for long.
constexpr int messages_a_turn = 4'096;

}  // namespace

RegisterServer::RegisterServer(std::string path)
    : path_(std::move(path)),
      listening_(
          checked(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
  const auto address = unix_address(path_);
  if (!address) throw lab::LabError("--registers: " + path_ + ": " + address.error());
  // The mode of the socket before it has a name is the mode with which it gets one.
  checked(::fchmod(listening_.get(), 0600), "fchmod");
  checked(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)),
          "--registers: " + path_);
  checked(::listen(listening_.get(), 1), "listen");
}

RegisterServer::~RegisterServer() {
  ::unlink(path_.c_str());
}

bool RegisterServer::answer(RegisterAccess& registers) {
  RegisterMessage message;
  const ssize_t length = ::recv(client_.get(), &message, sizeof(message), 0);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (length != sizeof(message)) {
    client_.reset();
    return false;
  }
  if (message.kind == RegisterMessage::Kind::write) {
    registers.write(message.offset, message.value);
    return true;
  }
  message.value = registers.read(message.offset);
  if (::send(client_.get(), &message, sizeof(message), MSG_NOSIGNAL) != sizeof(message)) {
    client_.reset();
  }
  return client_.valid();
}

void RegisterServer::serve(RegisterAccess& registers) {
  const int client = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client >= 0) client_ = UniqueFd{client};
  for (int i = 0; i < messages_a_turn && client_.valid() && answer(registers); ++i) {
  }
}

}  // namespace sekimori
