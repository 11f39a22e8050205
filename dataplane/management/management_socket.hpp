#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// Who has connected, as the kernel says.
struct Peer {
  uid_t user = 0;
  pid_t process = 0;
};

/// The Unix socket on which control is listened to: mode 0600, removed at the end. Whoever the file
/// lets connect is asked for again by his credentials, as a file can be given other rights.
class ManagementSocket {
 public:
  /// `user` names the account to which the socket is to belong; without it, it is ours. What a dead
  /// process has left at `path` is replaced; a socket that somebody listens on is refused, and so
  /// is anything else at that place. The error names the path.
  static tl::expected<ManagementSocket, std::string> open(const std::string& path,
                                                          const std::optional<std::string>& user);
  ManagementSocket(ManagementSocket&& other) noexcept;
  ManagementSocket& operator=(ManagementSocket&&) = delete;
  ~ManagementSocket();

  /// The group of the user to whom the socket was given; empty when it is ours.
  [[nodiscard]] std::optional<gid_t> user_group() const { return user_group_; }

  /// Readable while somebody waits.
  [[nodiscard]] int descriptor() const { return listening_; }

  struct Connection {
    int descriptor = -1;  ///< the caller's to close; it does not block
    Peer peer;
    bool allowed = false;  ///< root, our own user, or the one to whom the socket belongs
  };
  /// Empty when nobody waits any more.
  [[nodiscard]] std::optional<Connection> accept() const;

 private:
  ManagementSocket(int listening, std::string path, uid_t owner)
      : listening_(listening), path_(std::move(path)), owner_(owner) {}

  int listening_;
  std::string path_;
  uid_t owner_;
  std::optional<gid_t> user_group_;
};

}  // namespace sekimori
