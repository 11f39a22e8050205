// A router behind the client or behind the server that has to say "packet too big". What its ICMP
// error quotes of a segment from the server carries our sequence numbers, and a kernel believes
// only an error about a segment that it has sent itself. The client's own numbers cross the splice
// unchanged.

#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

constexpr const char* far_ipv4 = "10.78.0.2";
constexpr const char* far_ipv6 = "fd78::2";
constexpr unsigned narrow_mtu = 1300;

// A host behind one of the lab's hosts, which becomes its router. The router's side of the link is
// narrow, and the far host does not know, so its MSS does not say so.
class FarHost {
 public:
  FarHost(const Lab& lab, const Port& router, const Port& other, const char* router_ipv4,
          const char* router_ipv6)
      : host_(lab.run(), "far"), link_({router.where, "narrow"}, {&host_, "far0"}) {
    router.where->set_sysctl("net.ipv4.ip_forward", "1");
    router.where->set_sysctl("net.ipv6.conf.all.forwarding", "1");
    router.where->ip("link set narrow mtu " + std::to_string(narrow_mtu));
    router.where->ip("addr add 10.78.0.1/24 dev narrow");
    router.where->ip("addr add fd78::1/64 dev narrow nodad");
    host_.ip(std::string("addr add ") + far_ipv4 + "/24 dev far0");
    host_.ip(std::string("addr add ") + far_ipv6 + "/64 dev far0 nodad");
    host_.ip("route add default via 10.78.0.1");
    host_.ip("-6 route add default via fd78::1");
    other.where->ip(std::string("route add 10.78.0.0/24 via ") + router_ipv4);
    other.where->ip(std::string("-6 route add fd78::/64 via ") + router_ipv6);
  }

  [[nodiscard]] const Namespace& host() const { return host_; }

 private:
  Namespace host_;
  VethPair link_;
};

struct Destination : Case {
  const char* near_address;
  const char* far_address;
};

class NarrowPath : public ThroughSekimori, public testing::WithParamInterface<Destination> {
 protected:
  // Sends much from one end to the other; the sender has to learn of the narrow link.
  void expect_transfer(TcpSocket& from, TcpSocket& to) {
    const std::string content = arbitrary_bytes(200'000);
    std::string received;
    EXPECT_EQ(from.send(content), 0);
    EXPECT_EQ(to.receive(received, content.size()), 0);
    EXPECT_TRUE(received == content);
    EXPECT_LE(from.info().tcpi_pmtu, narrow_mtu);
  }
};

TEST_P(NarrowPath, BehindTheClientIsLearnedByTheServer) {
  start();
  const FarHost far{lab(), lab().client_port(), lab().server_port(), Lab::client_ipv4,
                    Lab::client_ipv6};
  TcpListener listener = listen(GetParam().near_address);
  const Endpoint server{GetParam().near_address, test_port};
  TcpSocket client{far.host(), server.family()};
  ASSERT_EQ(client.connect(server), 0);
  auto accepted = listener.accept();
  ASSERT_TRUE(accepted.has_value());
  expect_transfer(*accepted, client);
  EXPECT_GE(sekimori().counter(Counter::icmp_translated), 1U);
}

TEST_P(NarrowPath, BehindTheServerIsLearnedByTheClient) {
  start({}, std::string("[[object]]\nname = \"far\"\nsyn = \"proxy\"\nprefixes = [\"") + far_ipv4 +
                "\", \"" + far_ipv6 + "\"]\n");
  const FarHost far{lab(), lab().server_port(), lab().client_port(), Lab::server_ipv4,
                    Lab::server_ipv6};
  const Endpoint server{GetParam().far_address, test_port};
  TcpListener listener{far.host(), server};
  TcpSocket client = new_client(server.family());
  ASSERT_EQ(client.connect(server), 0);
  auto accepted = listener.accept();
  ASSERT_TRUE(accepted.has_value());
  expect_transfer(client, *accepted);
}

INSTANTIATE_TEST_SUITE_P(Families, NarrowPath,
                         testing::Values(Destination{{"Ipv4"}, Lab::server_ipv4, far_ipv4},
                                         Destination{{"Ipv6"}, Lab::server_ipv6, far_ipv6}),
                         named_by_parameter);

}  // namespace
}  // namespace sekimori::lab
