#include "tests/system/through_sekimori.hpp"

#include "tests/support/errors.hpp"

namespace sekimori::lab {

void ThroughSekimori::SetUp() {
  NeedsLab::SetUp();
  if (!std::filesystem::exists(program_folder() / "sekimori-dataplane")) {
    GTEST_SKIP() << "missing: sekimori-dataplane beside this program";
  }
}

void ThroughSekimori::TearDown() {
  if (!sekimori_) {
    return;
  }
  const std::string report = sekimori_->report();
  EXPECT_EQ(sekimori_->stop(), 0);
  if (HasFailure()) {
    std::cout << "What the dataplane counted:\n"
              << report << "What it said:\n"
              << sekimori_->process().output();
  }
}

void ThroughSekimori::start(const LabOptions& options, const std::string& policy,
                            const DataplaneOptions& dataplane) {
  lab_.emplace(options);
  sekimori_.emplace(*lab_, policy, dataplane);
}

void ThroughSekimori::start_nginx() {
  nginx_.emplace(lab_->server(), lab_->run().directory(),
                 Nginx::Options{.ipv4 = Lab::server_ipv4, .ipv6 = Lab::server_ipv6});
}

TcpListener ThroughSekimori::listen(const char* address) {
  return {lab().server(), {address, test_port}};
}

void ThroughSekimori::expect_page(const char* address) {
  const HttpResult page = http_get(lab().client(), {address, http_port}, "/");
  EXPECT_EQ(page.error, 0);
  EXPECT_EQ(page.body, nginx().small_page());
}

void ThroughSekimori::expect_large_transfers(const char* address) {
  const Endpoint server{address, http_port};
  const std::string content = nginx().large_page();
  const HttpResult down = http_get(lab().client(), server, "/large", 60s);
  EXPECT_EQ(down.error, 0);
  EXPECT_TRUE(down.body == content) << down.body.size() << " bytes";
  const HttpResult up = http_put(lab().client(), server, "/upload/file", content, 60s);
  EXPECT_EQ(up.error, 0);
  EXPECT_EQ(up.status / 100, 2);
  EXPECT_TRUE(nginx().uploaded("file") == content);
}

Connection connect_through(const Lab& lab, TcpListener& listener, const char* address) {
  const Endpoint server{address, test_port};
  TcpSocket client{lab.client(), server.family()};
  const int error = client.connect(server);
  if (error != 0) {
    throw LabError("connect: " + std::to_string(error));
  }
  auto accepted = listener.accept();
  if (!accepted) {
    throw LabError("the server sees no connection");
  }
  return {std::move(client), std::move(*accepted)};
}

int first_error(TcpSocket& client, const Endpoint& server) {
  const int error = client.connect(server);
  return error != 0 ? error : client.wait_for_error();
}

void expect_exchange(Connection& connection) {
  const std::string question = arbitrary_bytes(5'000, 1);
  const std::string answer = arbitrary_bytes(50'000, 2);
  std::string received;
  EXPECT_EQ(connection.client.send(question), 0);
  EXPECT_EQ(connection.server.receive(received, question.size()), 0);
  EXPECT_TRUE(received == question);
  received.clear();
  EXPECT_EQ(connection.server.send(answer), 0);
  EXPECT_EQ(connection.client.receive(received, answer.size()), 0);
  EXPECT_TRUE(received == answer);
}

std::string segments_with(const std::string& flags) {
  // pcap-filter's tcp[] reads IPv4 only; without extension headers an IPv6 packet has its TCP
  // header at byte 40 and the flags at byte 53.
  return "(ip and tcp[tcpflags] == " + flags + ") or (ip6 proto 6 and ip6[53] == " + flags + ")";
}

}  // namespace sekimori::lab
