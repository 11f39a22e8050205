#include "dataplane/management/management_server.hpp"

#include <fcntl.h>
#include <grpc/grpc.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "dataplane/management/bounds.hpp"

namespace sekimori {
namespace {

constexpr int max_threads = 16;
constexpr int max_calls_of_connection = 8;

/// Keeps the library up until the process ends. Its own end waits for a poller that may sleep for
/// 10 seconds after a large message, and so long no signal would end the dataplane.
void keep_library_up() {
  static const bool kept = (grpc_init(), true);
  static_cast<void>(kept);
}

/// A server that listens nowhere: it is given connections that we have accepted.
std::unique_ptr<grpc::Server> build_server(grpc::Service& service) {
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.SetMaxReceiveMessageSize(static_cast<int>(ManagementBounds::max_message_bytes));
  builder.SetResourceQuota(grpc::ResourceQuota{"management"}.SetMaxThreads(max_threads));
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, max_calls_of_connection);
  return builder.BuildAndStart();
}

std::string named(const Peer& peer) {
  return "process " + std::to_string(peer.process) + " of user " + std::to_string(peer.user);
}

}  // namespace

tl::expected<std::unique_ptr<ManagementServer>, std::string> ManagementServer::start(
    ManagementSocket socket, Managed& managed, MainThreadCalls& main_thread, Log log) {
  std::unique_ptr<ManagementServer> server{
      new ManagementServer{std::move(socket), managed, main_thread, std::move(log)}};
  server->stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (server->stop_ < 0) return tl::unexpected<std::string>{std::strerror(errno)};
  keep_library_up();
  server->server_ = build_server(server->service_);
  if (server->server_ == nullptr) return tl::unexpected<std::string>{"gRPC does not start"};
  server->acceptor_ = std::thread{[raw = server.get()] { raw->accept_until_stopped(); }};
  return server;
}

ManagementServer::~ManagementServer() {
  if (acceptor_.joinable()) {
    const std::uint64_t one = 1;
    while (write(stop_, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
    acceptor_.join();
  }
  if (server_ != nullptr) {
    constexpr std::chrono::seconds patience{1};
    server_->Shutdown(std::chrono::system_clock::now() + patience);
  }
  for (const int descriptor : watched_) close(descriptor);
  if (stop_ >= 0) close(stop_);
}

void ManagementServer::accept_until_stopped() {
  for (;;) {
    std::vector<pollfd> descriptors{{.fd = stop_, .events = POLLIN, .revents = 0},
                                    {.fd = socket_.descriptor(), .events = POLLIN, .revents = 0}};
    for (const int connection : watched_) {
      descriptors.push_back({.fd = connection, .events = POLLRDHUP, .revents = 0});
    }
    poll(descriptors.data(), descriptors.size(), -1);
    if (descriptors[0].revents != 0) return;
    forget_ended();
    while (const auto connection = socket_.accept()) take_in(*connection);
  }
}

void ManagementServer::forget_ended() {
  std::erase_if(watched_, [](int connection) {
    pollfd state{.fd = connection, .events = POLLRDHUP, .revents = 0};
    if (poll(&state, 1, 0) <= 0) return false;
    close(connection);
    return true;
  });
}

void ManagementServer::take_in(const ManagementSocket::Connection& connection) {
  const auto turn_away = [&](const std::string& why) {
    close(connection.descriptor);
    log_("management: " + named(connection.peer) + " is turned away: " + why);
  };
  if (!connection.allowed) return turn_away("it belongs to no user who may manage this dataplane");
  if (watched_.size() == ManagementBounds::max_connections) {
    return turn_away("there are " + std::to_string(ManagementBounds::max_connections) +
                     " connections already, which is the most");
  }
  const int watched = fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0);
  if (watched < 0) return turn_away(std::strerror(errno));
  watched_.push_back(watched);
  grpc::AddInsecureChannelFromFd(server_.get(), connection.descriptor);
}

}  // namespace sekimori
