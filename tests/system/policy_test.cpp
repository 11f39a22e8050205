// What the policy decides: the SYN modes, reloads, and what it does not speak of.

#include <poll.h>
#include <sys/socket.h>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

class Policy : public ThroughSekimori {};

int datagram_socket(const Namespace& where, int family) {
  return where.run(
      [family] { return checked(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"); });
}

TEST_F(Policy, ModeOffLetsClientsThrough) {
  start({}, policy_for_server("off"));
  start_nginx();
  expect_page(Lab::server_ipv4);
  expect_page(Lab::server_ipv6);
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 0U);
}

TEST_F(Policy, ModeResetLetsTheSecondAttemptThrough) {
  start({}, policy_for_server("reset"));
  start_nginx();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const Endpoint server{address, http_port};
    TcpSocket first = new_client(server.family());
    EXPECT_EQ(first_error(first, server), ECONNRESET);
    expect_page(address);
    expect_page(address);
  }
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 2U);
  EXPECT_EQ(sekimori().counter(Counter::source_authenticated), 2U);
}

TEST_F(Policy, ModeBadAckLetsTheRepeatedSynThrough) {
  start({}, policy_for_server("bad-ack"));
  start_nginx();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    expect_page(address);
    expect_page(address);
  }
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 2U);
  EXPECT_EQ(sekimori().counter(Counter::source_authenticated), 2U);
}

TEST_F(Policy, ModeRetransmitLetsTheRepeatedSynThrough) {
  start({}, policy_for_server("retransmit"));
  start_nginx();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    expect_page(address);
    expect_page(address);
  }
  EXPECT_EQ(sekimori().drops(DropReason::syn_first), 2U);
  EXPECT_EQ(sekimori().counter(Counter::source_authenticated), 2U);
}

TEST_F(Policy, ModeCanDifferByPort) {
  start({}, policy_for_server("proxy", "[[object.service]]\nports = \"7000\"\nsyn = \"off\"\n"));
  start_nginx();
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  expect_exchange(connection);
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 0U);
  expect_page();
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 1U);
}

struct Change : Case {
  const char* before;
  const char* after;
};

class ReloadFrom : public ThroughSekimori, public testing::WithParamInterface<Change> {};

TEST_P(ReloadFrom, ConnectionsLiveOn) {
  start({}, policy_for_server(GetParam().before));
  TcpListener listener = listen();
  Connection old = connect_through(lab(), listener);
  expect_exchange(old);
  ASSERT_TRUE(sekimori().reload(policy_for_server(GetParam().after)));
  expect_exchange(old);
  Connection fresh = connect_through(lab(), listener);
  expect_exchange(fresh);
  expect_exchange(old);
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 1U);  // of exactly one of the two
}

INSTANTIATE_TEST_SUITE_P(Changes, ReloadFrom,
                         testing::Values(Change{{"OffToProxy"}, "off", "proxy"},
                                         Change{{"ProxyToOff"}, "proxy", "off"}),
                         named_by_parameter);

TEST_F(Policy, WrongPolicyIsRefusedAndTheOldOneStays) {
  start();
  start_nginx();
  EXPECT_FALSE(sekimori().reload("[[object]]\nname = 7\n"));
  expect_page();
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 1U);
}

TEST_F(Policy, UnprotectedDestinationsAreLeftAlone) {
  start({},
        "[[object]]\nname = \"other\"\nprefixes = [\"192.0.2.1\", \"2001:db8::1\"]\n"
        "syn = \"proxy\"\n");
  start_nginx();
  expect_page(Lab::server_ipv4);
  expect_page(Lab::server_ipv6);
  EXPECT_EQ(sekimori().counter(Counter::syn_received), 0U);
  EXPECT_EQ(sekimori().counter(Counter::syn_ack_sent), 0U);
}

TEST_F(Policy, BlockedSourcesAreShutOut) {
  start({}, policy_for_server("proxy", std::string("block = [\"") + Lab::client_ipv4 + "\"]\n"));
  start_nginx();
  TcpSocket client = new_client();
  EXPECT_EQ(client.connect({Lab::server_ipv4, http_port}, 1s), ETIMEDOUT);
  EXPECT_GE(sekimori().drops(DropReason::source_blocked), 1U);
  expect_page(Lab::server_ipv6);
}

TEST_F(Policy, ConnectionsFromTheServerPass) {
  start();
  TcpListener listener{lab().client(), {Lab::client_ipv4, test_port}};
  TcpSocket from_server{lab().server(), AF_INET};
  ASSERT_EQ(from_server.connect({Lab::client_ipv4, test_port}), 0);
  auto accepted = listener.accept();
  ASSERT_TRUE(accepted.has_value());
  Connection connection{std::move(*accepted), std::move(from_server)};
  expect_exchange(connection);
}

// A datagram to a closed port comes back as an ICMP error, which the client's socket reports.
TEST_F(Policy, DatagramsAndIcmpPass) {
  start();
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const Endpoint server{address, test_port};
    const UniqueFd receiver{datagram_socket(lab().server(), server.family())};
    ASSERT_EQ(::bind(receiver.get(), server.address(), server.length()), 0);
    const Endpoint closed{address, test_port + 1};
    for (const bool is_open : {true, false}) {
      const Endpoint& to = is_open ? server : closed;
      const UniqueFd sender{datagram_socket(lab().client(), server.family())};
      ASSERT_EQ(::connect(sender.get(), to.address(), to.length()), 0);
      ASSERT_EQ(::send(sender.get(), "hello", 5, 0), 5);
      pollfd waiting{.fd = is_open ? receiver.get() : sender.get(), .events = POLLIN, .revents = 0};
      ASSERT_EQ(::poll(&waiting, 1, 10'000), 1);
      char bytes[8];
      if (is_open) {
        EXPECT_EQ(::recv(receiver.get(), bytes, sizeof bytes, 0), 5);
      } else {
        EXPECT_EQ(::recv(sender.get(), bytes, sizeof bytes, 0), -1);
        EXPECT_EQ(errno, ECONNREFUSED);
      }
    }
  }
}

// Over af_xdp, since DPDK's af_packet driver has the kernel put IPv4 fragments together
// (PACKET_FANOUT_FLAG_DEFRAG), and the whole does not fit its frames.
TEST_F(Policy, FragmentedDatagramsPass) {
  start({}, policy_for_server("proxy"), {.driver = PortDriver::af_xdp});
  const std::string sent = arbitrary_bytes(5'000);
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const Endpoint server{address, test_port};
    const UniqueFd receiver{datagram_socket(lab().server(), server.family())};
    ASSERT_EQ(::bind(receiver.get(), server.address(), server.length()), 0);
    const UniqueFd sender{datagram_socket(lab().client(), server.family())};
    ASSERT_EQ(::connect(sender.get(), server.address(), server.length()), 0);
    ASSERT_EQ(::send(sender.get(), sent.data(), sent.size(), 0), 5'000);
    pollfd waiting{.fd = receiver.get(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&waiting, 1, 10'000), 1);
    std::string received(sent.size() + 1, '\0');
    ASSERT_EQ(::recv(receiver.get(), received.data(), received.size(), 0), 5'000);
    received.resize(sent.size());
    EXPECT_TRUE(received == sent);
  }
}

TEST_F(Policy, IdleConnectionsAreForgotten) {
  start({}, "[timeouts]\nestablished = \"1s\"\n" + policy_for_server("proxy"));
  TcpListener listener = listen();
  Connection connection = connect_through(lab(), listener);
  expect_exchange(connection);
  EXPECT_TRUE(sekimori().wait_for(Counter::flow_removed, 1, 20s));
  ASSERT_EQ(connection.client.send("too late"), 0);
  EXPECT_TRUE(wait_until(10s, [&] {
    return sekimori().drops(DropReason::cookie_invalid) +
               sekimori().drops(DropReason::connection_unknown) >=
           1;
  }));
}

}  // namespace
}  // namespace sekimori::lab
