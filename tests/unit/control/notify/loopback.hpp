#pragma once

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/deadline.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori::test {

/// A socket at 127.0.0.1 with a port of its own, or with `port`. It does not listen yet, so whoever
/// connects is refused.
class LoopbackSocket {
 public:
  explicit LoopbackSocket(int type, std::uint16_t port = 0)
      : file_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(file_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    // The socket interface takes every family's address as one type.
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof(address);
    if (::bind(file_.get(), any, length) == 0) ::getsockname(file_.get(), any, &length);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] int file() const { return file_.get(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string at(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_);
  }

 private:
  lab::UniqueFd file_;
  std::uint16_t port_ = 0;
};

/// A TCP server that does `serve` with each connection, one after the other.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::function<void(int)> serve, std::uint16_t port = 0)
      : socket_(SOCK_STREAM, port), serve_(std::move(serve)) {
    ::listen(socket_.file(), 64);
    thread_ = std::thread{[this] {
      for (;;) {
        const lab::UniqueFd connection{::accept(socket_.file(), nullptr, nullptr)};
        if (!connection.valid()) return;
        serve_(connection.get());
      }
    }};
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    ::shutdown(socket_.file(), SHUT_RDWR);
    thread_.join();
  }

  [[nodiscard]] std::string at(const std::string& scheme) const { return socket_.at(scheme); }

 private:
  LoopbackSocket socket_;
  std::function<void(int)> serve_;
  std::thread thread_;
};

/// An HTTP server that keeps what is posted to it.
class Receiver {
 public:
  using Answer = std::function<void(std::size_t request, httplib::Response&)>;

  /// `answer` is given the number of the request, from 1 on; without one all get 200.
  explicit Receiver(Answer answer = {}, std::uint16_t port = 0,
                    std::unique_ptr<httplib::Server> server = std::make_unique<httplib::Server>())
      : server_(std::move(server)), answer_(std::move(answer)) {
    server_->Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
      std::size_t number = 0;
      {
        const std::scoped_lock lock{mutex_};
        requests_.push_back(request);
        number = requests_.size();
      }
      if (answer_) answer_(number, response);
    });
    // Or the end would wait for connections that clients keep open.
    server_->set_keep_alive_max_count(1);
    if (port == 0) {
      port_ = static_cast<std::uint16_t>(server_->bind_to_any_port("127.0.0.1"));
    } else {
      server_->bind_to_port("127.0.0.1", port);
      port_ = port;
    }
    thread_ = std::thread{[this] { server_->listen_after_bind(); }};
    lab::wait_until(std::chrono::seconds{30}, [this] { return server_->is_running(); });
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() {
    server_->stop();
    thread_.join();
  }

  [[nodiscard]] std::string at(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + "/hook";
  }
  [[nodiscard]] std::vector<httplib::Request> requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  Answer answer_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<httplib::Request> requests_;
  std::thread thread_;
};

}  // namespace sekimori::test
