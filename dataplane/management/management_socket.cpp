#include "dataplane/management/management_socket.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/unix_address.hpp"

namespace sekimori {
namespace {

using Error = tl::unexpected<std::string>;

constexpr int backlog = 8;

Error failure(const std::string& path, const std::string& why) {
  return Error{path + ": " + why};
}

struct Account {
  uid_t user = 0;
  gid_t group = 0;
};

tl::expected<Account, std::string> account_of(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> text{};
  getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  if (found == nullptr) return Error{"'" + name + "' must be a user of this machine"};
  return Account{.user = found->pw_uid, .group = found->pw_gid};
}

int with_address(int (*call)(int, const sockaddr*, socklen_t), int socket,
                 const sockaddr_un& address) {
  return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

/// Whether somebody answers on a socket that is there. One whose process has died does not.
bool somebody_listens(const sockaddr_un& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool refused = with_address(connect, probe, address) != 0 && errno == ECONNREFUSED;
  close(probe);
  return !refused;
}

/// Makes room for a socket where a dead process has left one; the rule that forbids it otherwise.
std::string make_room(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return "is there already and is no socket; choose another path";
  if (somebody_listens(address)) {
    return "another process listens there; stop it or choose another path";
  }
  return unlink(path.c_str()) == 0 ? "" : std::strerror(errno);
}

}  // namespace

tl::expected<ManagementSocket, std::string> ManagementSocket::open(
    const std::string& path, const std::optional<std::string>& user) {
  uid_t owner = geteuid();
  std::optional<gid_t> user_group;
  if (user) {
    const auto account = account_of(*user);
    if (!account) return Error{"--management-user: " + account.error()};
    owner = account->user;
    user_group = account->group;
  }
  const auto address = unix_address(path);
  if (!address) return failure(path, address.error());
  if (const std::string rule = make_room(path, *address); !rule.empty()) {
    return failure(path, rule);
  }

  const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listening < 0) return failure(path, std::strerror(errno));
  // The mode of the socket before it has a name is the mode with which it gets one, so there is no
  // moment in which others could connect.
  if (fchmod(listening, 0600) != 0 || with_address(bind, listening, *address) != 0) {
    const int error = errno;
    close(listening);
    return failure(path, std::strerror(error));
  }
  ManagementSocket socket{listening, path, owner};
  socket.user_group_ = user_group;
  if (owner != geteuid() && lchown(path.c_str(), owner, static_cast<gid_t>(-1)) != 0) {
    return failure(path, "cannot be given to the user of --management-user: " +
                             std::string{std::strerror(errno)});
  }
  if (listen(listening, backlog) != 0) return failure(path, std::strerror(errno));
  return socket;
}

ManagementSocket::ManagementSocket(ManagementSocket&& other) noexcept
    : listening_(std::exchange(other.listening_, -1)),
      path_(std::move(other.path_)),
      owner_(other.owner_),
      user_group_(other.user_group_) {}

ManagementSocket::~ManagementSocket() {
  if (listening_ < 0) return;
  unlink(path_.c_str());
  close(listening_);
}

std::optional<ManagementSocket::Connection> ManagementSocket::accept() const {
  const int descriptor = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  const bool known = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0;
  const uid_t user = credentials.uid;
  return Connection{.descriptor = descriptor,
                    .peer = {.user = user, .process = credentials.pid},
                    .allowed = known && (user == 0 || user == geteuid() || user == owner_)};
}

}  // namespace sekimori
