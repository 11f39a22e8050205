// How connections live on and end: half-close, resets at every stage, keepalive, stalls, urgent
// data.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <future>

#include "tests/support/deadline.hpp"
#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

class Ending : public ThroughSekimori {};

// One side ends its direction, then the other still sends a lot.
void expect_half_close(TcpSocket& first, TcpSocket& second) {
  const std::string more = arbitrary_bytes(1'000'000);
  ASSERT_EQ(first.send("that was all"), 0);
  first.shutdown_write();
  std::string received;
  EXPECT_EQ(second.receive_to_end(received), 0);
  EXPECT_EQ(received, "that was all");
  auto sending = std::async(std::launch::async, [&] {
    const int error = second.send(more);
    second.shutdown_write();
    return error;
  });
  received.clear();
  EXPECT_EQ(first.receive_to_end(received), 0);
  EXPECT_TRUE(received == more);
  EXPECT_EQ(sending.get(), 0);
}

TEST_F(Ending, HalfCloseByTheClient) {
  start();
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  expect_half_close(connection.client, connection.server);
}

TEST_F(Ending, HalfCloseByTheServer) {
  start();
  TcpListener listener = listen(Lab::server_ipv6);
  Connection connection = connect_through(lab(), listener, Lab::server_ipv6);
  expect_half_close(connection.server, connection.client);
}

TEST_F(Ending, BothCloseAtOnce) {
  start();
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  connection.client.shutdown_write();
  connection.server.shutdown_write();
  std::string received;
  EXPECT_EQ(connection.client.receive_to_end(received), 0);
  EXPECT_EQ(connection.server.receive_to_end(received), 0);
}

enum class Stage { connected, exchanged, peer_half_closed, half_closed };

struct Reset : Case {
  bool by_client;
  Stage stage;
};

class ResetAt : public ThroughSekimori, public testing::WithParamInterface<Reset> {};

TEST_P(ResetAt, ReachesTheOtherSide) {
  start();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    TcpListener listener = listen(address);
    Connection connection = connect_through(lab(), listener, address);
    TcpSocket& from = GetParam().by_client ? connection.client : connection.server;
    TcpSocket& to = GetParam().by_client ? connection.server : connection.client;
    std::string received;
    if (GetParam().stage == Stage::exchanged) {
      expect_exchange(connection);
    } else if (GetParam().stage == Stage::peer_half_closed) {
      to.shutdown_write();
      EXPECT_EQ(from.receive_to_end(received), 0);
    } else if (GetParam().stage == Stage::half_closed) {
      from.shutdown_write();
      EXPECT_EQ(to.receive_to_end(received), 0);
    }
    from.close_with_reset();
    // A socket in CLOSE_WAIT reports a RST as EPIPE (RFC 9293's "connection reset" all the same).
    const int expected = GetParam().stage == Stage::half_closed ? EPIPE : ECONNRESET;
    EXPECT_EQ(to.wait_for_error(), expected) << address;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Stages, ResetAt,
    testing::Values(Reset{{"ByClientConnected"}, true, Stage::connected},
                    Reset{{"ByClientExchanged"}, true, Stage::exchanged},
                    Reset{{"ByClientPeerHalfClosed"}, true, Stage::peer_half_closed},
                    Reset{{"ByClientHalfClosed"}, true, Stage::half_closed},
                    Reset{{"ByServerConnected"}, false, Stage::connected},
                    Reset{{"ByServerExchanged"}, false, Stage::exchanged},
                    Reset{{"ByServerPeerHalfClosed"}, false, Stage::peer_half_closed},
                    Reset{{"ByServerHalfClosed"}, false, Stage::half_closed}),
    named_by_parameter);

TEST_F(Ending, ClientResetsBeforeTheServerIsThere) {
  start({.server_wire = true});
  TcpListener listener = listen();
  const auto& rule = lab().server_wire().add(
      {.way = Way::toward_client, .filter = segments_with("tcp-syn|tcp-ack")});
  TcpSocket client = new_client();
  ASSERT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
  ASSERT_TRUE(wait_until(patience, [&] { return rule.lost() == 1; }));
  client.close_with_reset();
  // The server's SYN-ACK comes again after a second. Either it is refused, or the connection that
  // it completes is reset; none may stay.
  if (auto server = listener.accept(3s)) {
    EXPECT_EQ(server->wait_for_error(), ECONNRESET);
  }
  EXPECT_TRUE(wait_until(patience, [&] {
    const auto [flows, handshakes] = std::pair{sekimori().counter(Counter::flow_removed),
                                               sekimori().counter(Counter::handshakes)};
    return flows == 1 && handshakes == 0;
  }));
}

// Keepalive probes carry an old sequence number, and their answers have to come back translated; a
// probe that is not answered ends the connection after 3 s.
struct Prober : Case {
  bool is_client;
};

class KeepAlive : public ThroughSekimori, public testing::WithParamInterface<Prober> {};

TEST_P(KeepAlive, ProbesAreAnswered) {
  start({.client_wire = true});
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  expect_exchange(connection);
  TcpSocket& prober = GetParam().is_client ? connection.client : connection.server;
  const auto& answers = lab().client_wire().watch(
      GetParam().is_client ? Way::toward_client : Way::toward_server, segments_with("tcp-ack"));
  prober.set_option(SOL_SOCKET, SO_KEEPALIVE, 1);
  prober.set_option(IPPROTO_TCP, TCP_KEEPIDLE, 1);
  prober.set_option(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  prober.set_option(IPPROTO_TCP, TCP_KEEPCNT, 2);
  EXPECT_TRUE(wait_until(patience, [&] { return answers.matched() >= 4; }));
  expect_exchange(connection);
}

INSTANTIATE_TEST_SUITE_P(Probers, KeepAlive,
                         testing::Values(Prober{{"ByClient"}, true}, Prober{{"ByServer"}, false}),
                         named_by_parameter);

// A reader that stops until the window is 0 and has been probed, then reads on.
void expect_stall_and_resume(TcpSocket& writer, TcpSocket& reader, const Wire::Rule& closed) {
  const std::string content = arbitrary_bytes(8'000'000);
  auto sending = std::async(std::launch::async, [&] { return writer.send(content, 60s); });
  EXPECT_TRUE(wait_until(patience, [&] { return closed.matched() >= 3; }));
  std::string received;
  EXPECT_EQ(reader.receive(received, content.size(), 60s), 0);
  EXPECT_TRUE(received == content);
  EXPECT_EQ(sending.get(), 0);
}

TEST_F(Ending, ClientThatStallsGoesOn) {
  start({.client_wire = true});
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  const auto& closed =
      lab().client_wire().watch(Way::toward_server, "tcp[14:2] = 0 and tcp[tcpflags] == tcp-ack");
  expect_stall_and_resume(connection.server, connection.client, closed);
}

TEST_F(Ending, ServerThatStallsGoesOn) {
  start({.client_wire = true});
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  const auto& closed =
      lab().client_wire().watch(Way::toward_client, "tcp[14:2] = 0 and tcp[tcpflags] == tcp-ack");
  expect_stall_and_resume(connection.client, connection.server, closed);
}

void expect_urgent_byte(TcpSocket& from, TcpSocket& to) {
  ASSERT_EQ(from.send("before"), 0);
  ASSERT_EQ(from.send("!", patience, MSG_OOB), 0);
  ASSERT_EQ(from.send("after"), 0);
  pollfd waiting{.fd = to.fd(), .events = POLLPRI, .revents = 0};
  ASSERT_EQ(::poll(&waiting, 1, 10'000), 1);
  char urgent = 0;
  EXPECT_EQ(::recv(to.fd(), &urgent, 1, MSG_OOB), 1);
  EXPECT_EQ(urgent, '!');
  std::string rest;
  EXPECT_EQ(to.receive(rest, 11), 0);
  EXPECT_EQ(rest, "beforeafter");
}

TEST_F(Ending, UrgentByteKeepsItsPlace) {
  start();
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  expect_urgent_byte(connection.client, connection.server);
  expect_urgent_byte(connection.server, connection.client);
}

}  // namespace
}  // namespace sekimori::lab
