#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "dataplane/management/main_thread_calls.hpp"
#include "dataplane/management/managed.hpp"
#include "dataplane/management/management_service.hpp"
#include "dataplane/management/management_socket.hpp"

namespace sekimori {

/// Serves control on the management socket, with threads of its own. The main thread runs
/// `MainThreadCalls` meanwhile, and closes it before this ends.
class ManagementServer {
 public:
  /// Tells the operator; called from another thread.
  using Log = std::function<void(const std::string&)>;

  /// `managed` and `main_thread` outlive the server.
  static tl::expected<std::unique_ptr<ManagementServer>, std::string> start(
      ManagementSocket socket, Managed& managed, MainThreadCalls& main_thread, Log log);
  ManagementServer(const ManagementServer&) = delete;
  ManagementServer& operator=(const ManagementServer&) = delete;
  /// Ends all connections.
  ~ManagementServer();

 private:
  ManagementServer(ManagementSocket socket, Managed& managed, MainThreadCalls& main_thread, Log log)
      : socket_(std::move(socket)), service_(managed, main_thread), log_(std::move(log)) {}

  void accept_until_stopped();
  void take_in(const ManagementSocket::Connection& connection);
  /// Forgets the connections that have ended.
  void forget_ended();

  ManagementSocket socket_;
  ManagementService service_;
  Log log_;
  int stop_ = -1;
  std::unique_ptr<grpc::Server> server_;
  /// A second descriptor of each connection, which shows its end; gRPC does not tell.
  std::vector<int> watched_;
  std::thread acceptor_;
};

}  // namespace sekimori
