// How connections begin: lost legs, early data, servers that refuse or are not there, port reuse.

#include <arpa/inet.h>

#include <thread>

#include "tests/support/deadline.hpp"
#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

class Handshake : public ThroughSekimori {};

struct Leg : Case {
  bool at_client;
  Way way;
  const char* flags;
};

class LostLeg : public ThroughSekimori, public testing::WithParamInterface<Leg> {};

TEST_P(LostLeg, IsMadeUpFor) {
  const Leg& leg = GetParam();
  start({.client_wire = leg.at_client, .server_wire = !leg.at_client});
  start_nginx();
  Wire& wire = leg.at_client ? lab().client_wire() : lab().server_wire();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const auto& rule = wire.add({.way = leg.way,
                                 .filter = std::string(address == Lab::server_ipv4 ? "ip" : "ip6") +
                                           " and (" + segments_with(leg.flags) + ")"});
    expect_page(address);
    EXPECT_EQ(rule.lost(), 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Legs, LostLeg,
    testing::Values(Leg{{"ClientSyn"}, true, Way::toward_server, "tcp-syn"},
                    Leg{{"SynAckToClient"}, true, Way::toward_client, "tcp-syn|tcp-ack"},
                    Leg{{"ClientAck"}, true, Way::toward_server, "tcp-ack"},
                    Leg{{"SynToServer"}, false, Way::toward_server, "tcp-syn"},
                    Leg{{"ServerSynAck"}, false, Way::toward_client, "tcp-syn|tcp-ack"},
                    Leg{{"AckToServer"}, false, Way::toward_server, "tcp-ack"}),
    named_by_parameter);

// The client sends before the server's side is there, because the server's first SYN-ACK is lost.
class EarlyData : public ThroughSekimori, public testing::WithParamInterface<int> {};

TEST_P(EarlyData, IsHeldOrSentAgain) {
  start({.server_wire = true});
  TcpListener listener = listen();
  const auto& rule = lab().server_wire().add(
      {.way = Way::toward_client, .filter = segments_with("tcp-syn|tcp-ack")});
  TcpSocket client = new_client();
  ASSERT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
  const std::string early = arbitrary_bytes(static_cast<std::size_t>(GetParam()));
  ASSERT_EQ(client.send(early), 0);
  auto server = listener.accept();
  ASSERT_TRUE(server.has_value());
  std::string received;
  EXPECT_EQ(server->receive(received, early.size()), 0);
  EXPECT_TRUE(received == early);
  EXPECT_EQ(rule.lost(), 1U);
  EXPECT_GE(sekimori().counter(Counter::hold_released), 1U);
  Connection connection{std::move(client), std::move(*server)};
  expect_exchange(connection);
}

// One segment; what fits the window that our SYN-ACK offers; far more than is held.
INSTANTIATE_TEST_SUITE_P(Sizes, EarlyData, testing::Values(100, 14'000, 300'000));

TEST_F(Handshake, FinBeforeTheServerIsThereIsDelivered) {
  start({.server_wire = true});
  TcpListener listener = listen();
  lab().server_wire().add({.way = Way::toward_client, .filter = segments_with("tcp-syn|tcp-ack")});
  TcpSocket client = new_client();
  ASSERT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
  ASSERT_EQ(client.send("question"), 0);
  client.shutdown_write();
  auto server = listener.accept();
  ASSERT_TRUE(server.has_value());
  std::string received;
  EXPECT_EQ(server->receive_to_end(received), 0);
  EXPECT_EQ(received, "question");
  ASSERT_EQ(server->send("answer"), 0);
  server->close();
  received.clear();
  EXPECT_EQ(client.receive_to_end(received), 0);
  EXPECT_EQ(received, "answer");
}

TEST_F(Handshake, ServerThatSpeaksFirstIsHeard) {
  start();
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  ASSERT_EQ(connection.server.send("220 welcome\r\n"), 0);
  std::string received;
  EXPECT_EQ(connection.client.receive(received, 13), 0);
  expect_exchange(connection);
}

TEST_F(Handshake, ClosedPortOfTheServerEndsInReset) {
  start();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const Endpoint closed{address, test_port};
    TcpSocket client = new_client(closed.family());
    EXPECT_EQ(first_error(client, closed), ECONNRESET);
  }
  EXPECT_EQ(sekimori().counter(Counter::flow_refused), 2U);
}

TEST_F(Handshake, ServerThatIsDownEndsInReset) {
  start({.server_wire = true}, "[timeouts]\nserver_syn = \"200ms\"\nserver_syn_retries = 3\n" +
                                   policy_for_server("proxy"));
  const auto& syns = lab().server_wire().add({.way = Way::toward_server,
                                              .filter = segments_with("tcp-syn"),
                                              .lose = WireRule::without_end});
  TcpSocket client = new_client();
  ASSERT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
  EXPECT_EQ(client.wait_for_error(), ECONNRESET);
  EXPECT_EQ(syns.lost(), 4U);  // the SYN and 3 repetitions
  EXPECT_EQ(sekimori().counter(Counter::handshake_retransmitted), 3U);
  EXPECT_EQ(sekimori().counter(Counter::handshake_given_up), 1U);
}

TEST_F(Handshake, ServerThatComesBackIsReached) {
  start({.server_wire = true});
  TcpListener listener = listen();
  lab().server_wire().add(
      {.way = Way::toward_server, .filter = segments_with("tcp-syn"), .lose = 2});
  Connection connection = connect_through(lab(), listener);
  expect_exchange(connection);
}

// A client's port that is used again at once, after each way in which a connection ends.
class PortReuse : public ThroughSekimori {
 protected:
  TcpSocket connect_from_same_port() {
    TcpSocket client = new_client();
    client.bind({Lab::client_ipv4, 40'000});
    EXPECT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
    return client;
  }
};

TEST_F(PortReuse, AfterTheServerClosed) {
  start();
  TcpListener listener = listen();
  for (int i = 0; i < 10; ++i) {
    TcpSocket client = connect_from_same_port();
    auto server = listener.accept();
    ASSERT_TRUE(server.has_value()) << "round " << i;
    Connection connection{std::move(client), std::move(*server)};
    expect_exchange(connection);
    connection.server.shutdown_write();
    std::string rest;
    EXPECT_EQ(connection.client.receive_to_end(rest), 0);
    connection.client.shutdown_write();
    EXPECT_EQ(connection.server.receive_to_end(rest), 0);
    // The port is the client's again when the server's last ACK has come.
    EXPECT_TRUE(
        wait_until(patience, [&] { return connection.client.info().tcpi_state == TCP_CLOSE; }));
  }
}

TEST_F(PortReuse, AfterTheClientReset) {
  start();
  TcpListener listener = listen();
  for (int i = 0; i < 10; ++i) {
    TcpSocket client = connect_from_same_port();
    auto server = listener.accept();
    ASSERT_TRUE(server.has_value()) << "round " << i;
    Connection connection{std::move(client), std::move(*server)};
    expect_exchange(connection);
    connection.client.close_with_reset();
    EXPECT_EQ(connection.server.wait_for_error(), ECONNRESET);
  }
}

TEST_F(PortReuse, AfterTheServerReset) {
  start();
  TcpListener listener = listen();
  for (int i = 0; i < 10; ++i) {
    TcpSocket client = connect_from_same_port();
    auto server = listener.accept();
    ASSERT_TRUE(server.has_value()) << "round " << i;
    Connection connection{std::move(client), std::move(*server)};
    expect_exchange(connection);
    connection.server.close_with_reset();
    EXPECT_EQ(connection.client.wait_for_error(), ECONNRESET);
  }
}

// The client's RST is lost: Sekimori and the server still hold the old connection.
TEST_F(PortReuse, WhileTheServerKeepsTheOldConnection) {
  start({.client_wire = true});
  TcpListener listener = listen();
  TcpSocket old = connect_from_same_port();
  auto old_server = listener.accept();
  ASSERT_TRUE(old_server.has_value());
  lab().client_wire().add(
      {.way = Way::toward_server, .filter = "tcp[tcpflags] & tcp-rst != 0", .lose = 1});
  old.close_with_reset();
  // A kernel's initial sequence numbers follow a clock of 64 ns or less (RFC 9293, section 3.4.1).
  // After this the new one cannot be taken for a number of the old connection.
  std::this_thread::sleep_for(200ms);
  TcpSocket client = connect_from_same_port();
  auto server = listener.accept();
  ASSERT_TRUE(server.has_value());
  Connection connection{std::move(client), std::move(*server)};
  expect_exchange(connection);
}

}  // namespace
}  // namespace sekimori::lab
