#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "tests/support/arbitrary_bytes.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/http.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/nginx.hpp"
#include "tests/support/tcp_socket.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::lab {

using namespace std::chrono_literals;

inline constexpr std::uint16_t http_port = 80;
inline constexpr std::uint16_t test_port = 7000;

/// A test with the real dataplane between a real client and a real server. Each ends the dataplane
/// with SIGTERM, which has to end it with status 0.
class ThroughSekimori : public NeedsLab {
 protected:
  void SetUp() override;
  void TearDown() override;

  void start(const LabOptions& options = {}, const std::string& policy = policy_for_server("proxy"),
             const DataplaneOptions& dataplane = {});
  void start_nginx();

  Lab& lab() { return *lab_; }
  Dataplane& sekimori() { return *sekimori_; }
  Nginx& nginx() { return *nginx_; }

  /// A listener of the test's own in the server's namespace.
  TcpListener listen(const char* address = Lab::server_ipv4);
  TcpSocket new_client(int family = AF_INET) { return {lab().client(), family}; }
  /// Fetches `/` and expects nginx's page.
  void expect_page(const char* address = Lab::server_ipv4);
  /// Fetches 10 MB and stores 10 MB, and compares both.
  void expect_large_transfers(const char* address = Lab::server_ipv4);

 private:
  std::optional<Lab> lab_;
  std::optional<Dataplane> sekimori_;
  std::optional<Nginx> nginx_;
};

/// A client's and a server's end of one connection through Sekimori.
struct Connection {
  TcpSocket client;
  TcpSocket server;
};
/// Connects to `listener` at `test_port` of `address`; throws LabError if that does not come about.
Connection connect_through(const Lab& lab, TcpListener& listener,
                           const char* address = Lab::server_ipv4);

/// Connects and waits for what ends the connection. A RST that comes right behind the SYN-ACK is
/// seen by connect(2) already, or after it.
int first_error(TcpSocket& client, const Endpoint& server);

/// Sends in both directions and expects what was sent.
void expect_exchange(Connection& connection);

/// TCP segments, of IPv4 and IPv6, with exactly these flags, such as "tcp-syn|tcp-ack".
std::string segments_with(const std::string& flags);

/// A parameter of a test with a name, under which the test is listed.
struct Case {
  const char* name;

  friend std::ostream& operator<<(std::ostream& out, const Case& parameter) {
    return out << parameter.name;
  }
};

/// Names a parametrized test after its Case.
inline constexpr auto named_by_parameter = [](const auto& test) {
  return std::string(test.param.name);
};

}  // namespace sekimori::lab
