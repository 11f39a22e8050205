#include "control/api/server.hpp"

#include <atomic>
#include <thread>

#include "control/api/listener.hpp"

namespace sekimori {

class ApiServer::Running {
 public:
  Running(Operations& operations, const ApiServerOptions& options, TlsContext tls,
          std::uint64_t expires_s)
      : expires_s_(expires_s), listener_(operations, options, std::move(tls)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  ~Running() {
    if (!thread_.joinable()) return;
    listener_.end_connections();
    // Only a listener that runs can be stopped.
    while (!listener_.is_running() && !ended_) std::this_thread::yield();
    listener_.stop();
    thread_.join();
  }

  bool listen(const std::string& address, std::uint16_t port) {
    const int bound = port != 0 ? (listener_.bind_to_port(address, port) ? port : -1)
                                : listener_.bind_to_any_port(address);
    if (bound <= 0) return false;
    port_ = static_cast<std::uint16_t>(bound);
    thread_ = std::thread{[this] {
      listener_.listen_after_bind();
      ended_ = true;
    }};
    return true;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint64_t expires_s() const { return expires_s_; }

 private:
  const std::uint64_t expires_s_;
  Listener listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

tl::expected<std::unique_ptr<ApiServer>, std::string> ApiServer::start(
    Operations& operations, const ApiServerOptions& options) {
  const auto expires_s = check_server_files(options.files);
  if (!expires_s) return tl::unexpected{expires_s.error()};
  auto tls = make_server_tls(options.files);
  if (!tls) return tl::unexpected{tls.error()};
  auto running = std::make_unique<Running>(operations, options, std::move(*tls), *expires_s);
  if (!running->listen(options.address, options.port)) {
    return tl::unexpected{"cannot listen at " + options.address + " port " +
                          std::to_string(options.port) +
                          "; is the address this machine's, and the port free?"};
  }
  return std::unique_ptr<ApiServer>{new ApiServer{std::move(running)}};
}

ApiServer::ApiServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}
ApiServer::~ApiServer() = default;

std::uint16_t ApiServer::port() const {
  return running_->port();
}

std::uint64_t ApiServer::certificate_expires_s() const {
  return running_->expires_s();
}

}  // namespace sekimori
