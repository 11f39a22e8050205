// The benchmarks' SYN generator: what it says that it sent has arrived, can be answered, and is a
// proper SYN.

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "bench/generator/syn_generator.hpp"
#include "tests/support/flood_syn.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/tcp_socket.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::bench {
namespace {

using lab::Lab;
using lab::PacketCounter;
using lab::PacketSocket;
using std::chrono::milliseconds;

constexpr const char* syns = "src net 198.18.0.0/15 and tcp[tcpflags] == tcp-syn";

std::uint32_t word(const std::vector<std::byte>& frame, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, frame.data() + at, sizeof value);
  return value;
}

class Generator : public lab::NeedsLab {
 protected:
  void SetUp() override {
    NeedsLab::SetUp();
    if (IsSkipped()) return;
    lab_.emplace();
    set_offloads(lab_->box(), lab_->outside_port().interface, {.napi = true});
    generator_.emplace(lab_->client_port(), lab_->outside_port());
  }

  std::optional<Lab> lab_;
  std::optional<SynGenerator> generator_;
};

TEST_F(Generator, SendsWhatItCounts) {
  PacketCounter arriving{lab_->outside_port(), syns};
  const FloodResult flood = generator_->run({.duration = milliseconds{200}, .rate_pps = 20'000});
  EXPECT_GT(flood.sent, 0U);
  EXPECT_EQ(arriving.count(), flood.sent);
  EXPECT_EQ(flood.answered, 0U);
}

TEST_F(Generator, VariesSourcesAndNumbers) {
  const lab::PacketFilter filter{syns};
  PacketSocket arriving{lab_->outside_port(), PacketSocket::Sees::arriving, &filter};
  const FloodResult flood = generator_->run({.duration = milliseconds{200}, .rate_pps = 1'000});
  std::set<std::uint32_t> sources;
  std::set<std::uint32_t> numbers;
  std::uint64_t received = 0;
  while (const auto frame = arriving.receive()) {
    ++received;
    sources.insert(word(*frame, lab::flood_syn_ipv4 + 12));
    numbers.insert(word(*frame, lab::flood_syn_tcp + 4));
  }
  EXPECT_EQ(received, flood.sent);
  // Some of a few hundred numbers of 17 bits are equal, by the birthday paradox.
  EXPECT_GT(sources.size(), flood.sent * 9 / 10);
  EXPECT_GT(numbers.size(), flood.sent * 9 / 10);
}

// A kernel answers only what has the right checksums.
TEST_F(Generator, CountsTheAnswersOfAKernel) {
  lab_->box().ip(std::string("addr add ") + Lab::server_ipv4 + "/24 dev " +
                 lab_->outside_port().interface);
  lab_->box().ip(std::string("neigh replace ") + Lab::client_ipv4 + " lladdr " +
                 mac_address(lab_->client_port()) + " dev " + lab_->outside_port().interface +
                 " nud permanent");
  lab_->box().ip(std::string("route add ") + lab::spoofed_sources + " via " + Lab::client_ipv4);
  lab_->box().set_sysctl("net.ipv4.tcp_syncookies", "2");
  const lab::TcpListener listener{lab_->box(), lab::Endpoint{Lab::server_ipv4, 80}};
  const FloodResult flood = generator_->run({.duration = milliseconds{200}, .window = 256});
  EXPECT_GT(flood.sent, 0U);
  EXPECT_EQ(flood.answered, flood.sent);
}

TEST_F(Generator, GetsBackWhatIsSentBack) {
  const SendBack back{*generator_, lab_->outside_port()};
  const FloodResult flood = generator_->run({.duration = milliseconds{200}, .window = 256});
  EXPECT_GT(flood.sent, 0U);
  EXPECT_EQ(flood.answered, flood.sent);
}

TEST_F(Generator, DropsAllUntilToldOtherwise) {
  PacketCounter arriving{lab_->outside_port(), syns};
  {
    const DropAll drop{*generator_, lab_->outside_port()};
    EXPECT_GT(generator_->run({.duration = milliseconds{200}}).sent, 0U);
    EXPECT_EQ(arriving.count(), 0U);
  }
  const FloodResult flood = generator_->run({.duration = milliseconds{200}, .rate_pps = 1'000});
  EXPECT_EQ(arriving.count(), flood.sent);
}

TEST_F(Generator, EndsWhenToldTo) {
  const std::atomic<bool> over = true;
  EXPECT_EQ(generator_->run({.duration = std::chrono::hours{1}, .over = &over}).sent, 0U);
}

}  // namespace
}  // namespace sekimori::bench
