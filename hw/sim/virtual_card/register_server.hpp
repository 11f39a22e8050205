#pragma once

#include <string>

#include "hw/host/register_access.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori {

/// The registers of a simulated kernel for one other process at a time, by the messages of
/// hw/host/register_socket.hpp.
class RegisterServer {
 public:
  /// Listens at `path`, where nothing is yet, for this user alone.
  explicit RegisterServer(std::string path);
  ~RegisterServer();
  RegisterServer(const RegisterServer&) = delete;
  RegisterServer& operator=(const RegisterServer&) = delete;

  // Readable while there is something to serve; -1 stands for none.

  [[nodiscard]] int listening_fd() const { return listening_.get(); }
  [[nodiscard]] int client_fd() const { return client_.get(); }

  /// Answers what waits, up to a bound. A new client takes the place of the one before.
  void serve(RegisterAccess& registers);
  /// Sends the client away, like a card that is pulled.
  void drop_client() { client_.reset(); }

 private:
  [[nodiscard]] bool answer(RegisterAccess& registers);

  std::string path_;
  lab::UniqueFd listening_;
  lab::UniqueFd client_;
};

}  // namespace sekimori
