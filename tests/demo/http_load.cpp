#include "tests/demo/http_load.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "tests/support/errors.hpp"
#include "tests/support/priority.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori::demo {
namespace {

using lab::checked;
using lab::UniqueFd;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::string_view request =
    "GET / HTTP/1.1\r\nHost: demo\r\nUser-Agent: sekimori-demo\r\nConnection: close\r\n\r\n";

struct Connection {
  UniqueFd fd;
  std::size_t server = 0;
  Clock::time_point started;
  std::optional<double> connect_ms;
  std::string response;
};

class Load {
 public:
  Load(const HttpLoadOptions& options, HttpLoadResult& result)
      : options_(options),
        result_(result),
        epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

  void start_one();
  void wait(Clock::time_point until);
  void give_up_late_ones();
  [[nodiscard]] bool idle() const { return connections_.empty(); }

 private:
  void handle(Connection& connection, std::uint32_t events);
  void finish(int fd, bool whole);

  const HttpLoadOptions& options_;
  HttpLoadResult& result_;
  UniqueFd epoll_;
  std::map<int, Connection> connections_;
};

double since(Clock::time_point start) {
  return Milliseconds(Clock::now() - start).count();
}

void Load::start_one() {
  const auto& local = options_.clients[result_.tried % options_.clients.size()];
  const std::size_t server = result_.tried % options_.servers.size();
  ++result_.tried;
  UniqueFd fd{
      checked(::socket(local.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
  // The port is chosen at connect(2), for the whole pair of addresses.
  const int yes = 1;
  ::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  checked(::bind(fd.get(), local.address(), local.length()), "bind");
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.fd = fd.get();
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl");
  const int key = fd.get();
  connections_[key] = {std::move(fd), server, Clock::now(), std::nullopt, {}};
  const lab::Endpoint& remote = options_.servers[server];
  if (::connect(key, remote.address(), remote.length()) != 0 && errno != EINPROGRESS) {
    finish(key, false);
  }
}

void Load::finish(int fd, bool whole) {
  const Connection& connection = connections_.at(fd);
  const bool succeeded = whole && connection.response.starts_with("HTTP/1.1 200") &&
                         connection.response.find("\r\n\r\n") != std::string::npos;
  result_.succeeded += succeeded ? 1U : 0U;
  result_.failed[connection.server] += succeeded ? 0U : 1U;
  result_.connect_ms.push_back(
      connection.connect_ms.value_or(Milliseconds(connect_timeout).count()));
  result_.request_ms.push_back(succeeded ? since(connection.started)
                                         : Milliseconds(request_timeout).count());
  // Closing is not enough: a process that another thread has just forked may still hold the socket.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  connections_.erase(fd);
}

void Load::handle(Connection& connection, std::uint32_t events) {
  const int fd = connection.fd.get();
  if (!connection.connect_ms) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) {
      return finish(fd, false);
    }
    connection.connect_ms = since(connection.started);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
      finish(fd, false);
    }
    return;
  }
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) {
        finish(fd, got == 0);
      }
      return;
    }
    connection.response.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void Load::wait(Clock::time_point until) {
  std::array<epoll_event, 256> events{};
  const auto left = std::chrono::floor<std::chrono::milliseconds>(until - Clock::now()).count();
  const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::max<std::int64_t>(left, 0)));
  for (int i = 0; i < ready; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    handle(connections_.at(event.data.fd), event.events);
  }
}

void Load::give_up_late_ones() {
  std::vector<int> late;
  for (const auto& [fd, connection] : connections_) {
    const auto age = Clock::now() - connection.started;
    if (age > (connection.connect_ms ? request_timeout : connect_timeout)) {
      late.push_back(fd);
    }
  }
  for (const int fd : late) {
    finish(fd, false);
  }
}

}  // namespace

HttpLoadResult offer_http_load(const lab::Namespace& where, const HttpLoadOptions& options,
                               const std::function<bool(const HttpLoadResult&)>& go_on) {
  HttpLoadResult result;
  result.failed.resize(options.servers.size());
  where.run([&] {
    lab::take_real_time_priority();
    Load load{options, result};
    const auto gap = std::chrono::nanoseconds(std::chrono::seconds{1}) / options.requests_per_s;
    auto end = Clock::now() + options.duration;
    auto next = Clock::now();
    auto report = next;
    while (next < end || !load.idle()) {
      for (; next < end && next <= Clock::now(); next += gap) {
        load.start_one();
      }
      load.wait(std::min(next < end ? next : report, report));
      if (Clock::now() >= report) {
        load.give_up_late_ones();
        if (!go_on(result)) end = std::min(end, Clock::now());
        report += std::chrono::milliseconds{100};
      }
    }
  });
  return result;
}

double percentile(std::vector<double> values, double percent) {
  if (values.empty()) {
    return 0;
  }
  const auto rank =
      static_cast<std::size_t>(std::ceil(percent / 100.0 * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace sekimori::demo
