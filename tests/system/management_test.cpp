// What control can ask of the running dataplane, and what becomes of real packets then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/management_client.hpp"
#include "tests/support/test_policy.hpp"
#include "tests/system/need_lab.hpp"
#include "tests/system/port_site.hpp"

namespace sekimori::lab {
namespace {

using namespace std::chrono_literals;
using test::Bytes;
using testing::HasSubstr;

constexpr std::uint32_t long_lifetime_ms = 600'000;

constexpr const char* two_objects = R"(
[[object]]
name = "web"
prefixes = ["192.0.2.10", "192.0.2.11"]
[[object]]
name = "mail"
prefixes = ["192.0.2.12"]
)";

Prefix prefix(const char* text) {
  return *Prefix::parse(text);
}

Bytes frame(const std::string& line) {
  auto bytes = test::encode_packet(line, Side::inside);
  if (!bytes) throw std::invalid_argument{line + ": " + bytes.error()};
  return std::move(*bytes);
}

/// A dataplane with a management socket, between a client and a server that are raw sockets.
class Managed : public NeedsLab {
 protected:
  void SetUp() override {
    NeedsLab::SetUp();
    if (IsSkipped()) return;
    site_.emplace();
    site_->lay_cables();
  }

  void start(const std::string& policy, const std::string& port_arguments = "") {
    box_.emplace(site_->start({.outside = "net_af_packet0,iface=outside" + port_arguments,
                               .inside = "net_af_packet1,iface=inside" + port_arguments,
                               .policy = policy,
                               .more_flags = {"--management", socket()}}));
    ASSERT_TRUE(box_->is_ready()) << box_->output();
    control_.emplace(socket());
    client_.emplace(site_->client);
  }
  void stop() {
    EXPECT_EQ(box_->stop(), 0) << box_->output();
    EXPECT_FALSE(std::filesystem::exists(socket()));
  }

  [[nodiscard]] std::string socket() const { return site_->file("management"); }
  [[nodiscard]] std::uint64_t drops(DropReason reason) const {
    return box_->statistics().total().drops[static_cast<std::size_t>(reason)];
  }
  void put_in_force(const std::vector<Measure>& measures) {
    const grpc::Status status = control_->set_measures(++revision_, measures);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  void send(const std::string& line) {
    const Bytes bytes = frame(line);
    ASSERT_TRUE(
        wait_until(patience, [&] { return client_->send(std::as_bytes(std::span{bytes})); }));
  }
  /// Sends a packet until `happened`.
  template <typename Happened>
  [[nodiscard]] bool send_until(const std::string& line, Happened happened) {
    return wait_until(patience, [&] {
      send(line);
      return happened();
    });
  }
  /// Whether a packet gets through to the server; the filter is one of pcap.
  [[nodiscard]] bool arrives(const std::string& line, const std::string& filter) {
    PacketCounter counter{site_->server, filter};
    return send_until(line, [&] { return counter.count() > 0; });
  }

  std::optional<PortSite> site_;
  std::optional<PortBox> box_;
  std::optional<ManagementClient> control_;
  std::optional<PacketSocket> client_;
  std::uint64_t revision_ = 0;
};

constexpr const char* to_web = "198.51.100.7:4000 > 192.0.2.10:53 udp len=20";
constexpr const char* to_other_web = "198.51.100.7:4000 > 192.0.2.11:53 udp len=20";
constexpr const char* to_mail = "198.51.100.7:4000 > 192.0.2.12:53 udp len=20";
constexpr const char* from_other_source = "198.51.100.8:4000 > 192.0.2.10:53 udp len=20";

TEST_F(Managed, TellsItsStatus) {
  start(two_objects);
  management::Status status;
  ASSERT_TRUE(control_->get_status(status).ok());
  EXPECT_EQ(status.process_id(), static_cast<std::uint64_t>(box_->process().pid()));
  EXPECT_EQ(status.policy_generation(), 1U);
  EXPECT_EQ(status.measures_in_force(), 0U);
  EXPECT_FALSE(status.version().empty());
  const StatsSnapshot snapshot = box_->statistics();
  EXPECT_NE(snapshot.management_heartbeat_unix_ns, 0U);
  EXPECT_TRUE(snapshot.outside_link_up);
  EXPECT_TRUE(snapshot.inside_link_up);
  stop();
}

TEST_F(Managed, GivesUpOneAddressOfAnObject) {
  start(two_objects);
  ASSERT_TRUE(arrives(to_web, "udp and dst 192.0.2.10"));
  put_in_force({{.object = "web",
                 .lifetime_ms = long_lifetime_ms,
                 .kind = GiveUpDestination{prefix("192.0.2.10")}}});
  PacketCounter given_up{site_->server, "udp and dst 192.0.2.10"};
  for (int i = 0; i < 50; ++i) send(to_web);
  EXPECT_TRUE(send_until(to_web, [&] { return drops(DropReason::destination_given_up) >= 50; }));
  EXPECT_TRUE(arrives(to_other_web, "udp and dst 192.0.2.11"));
  EXPECT_TRUE(arrives(to_mail, "udp and dst 192.0.2.12"));
  EXPECT_EQ(given_up.count(), 0U);
  put_in_force({});
  EXPECT_TRUE(arrives(to_web, "udp and dst 192.0.2.10"));
  stop();
}

TEST_F(Managed, BlocksOneSourceWhileAnotherGoesOn) {
  start(two_objects);
  put_in_force({{.object = "web",
                 .lifetime_ms = long_lifetime_ms,
                 .kind = BlockSources{{prefix("198.51.100.7")}}}});
  PacketCounter blocked{site_->server, "udp and src 198.51.100.7 and dst 192.0.2.10"};
  EXPECT_TRUE(send_until(to_web, [&] { return drops(DropReason::source_blocked) >= 20; }));
  EXPECT_TRUE(arrives(from_other_source, "udp and src 198.51.100.8"));
  EXPECT_TRUE(arrives(to_mail, "udp and src 198.51.100.7 and dst 192.0.2.12"));
  EXPECT_EQ(blocked.count(), 0U);
  stop();
}

TEST_F(Managed, AuthenticatesUnderAFloodFromForgedSources) {
  start(two_objects);
  const auto syn = [](unsigned i) {
    return "198.18." + std::to_string(i / 250 % 250) + "." + std::to_string(1 + i % 250) + ":" +
           std::to_string(1024 + i) + " > 192.0.2.10:80 tcp [S] seq=" + std::to_string(i);
  };
  PacketCounter at_server{site_->server, "tcp and dst 192.0.2.10"};
  unsigned sent = 0;
  ASSERT_TRUE(wait_until(patience, [&] {
    send(syn(sent++));
    return at_server.count() > 100;
  }));
  put_in_force({{.object = "web", .lifetime_ms = long_lifetime_ms, .kind = AuthenticateSources{}}});
  // The measure is in force when the call returns; what was on its way before arrives first.
  ASSERT_TRUE(wait_until(patience, [&] {
    send(syn(sent++));
    return box_->counter(Counter::syn_ack_sent) > 0;
  }));
  at_server.count();
  const std::uint64_t before = at_server.count();
  for (const std::uint64_t answered = box_->counter(Counter::syn_ack_sent);
       box_->counter(Counter::syn_ack_sent) < answered + 500;) {
    send(syn(sent++));
  }
  EXPECT_EQ(at_server.count(), before);
  EXPECT_TRUE(arrives("198.51.100.7:4000 > 192.0.2.12:25 tcp [S]", "tcp and dst 192.0.2.12"));
  stop();
}

TEST_F(Managed, EndsMeasuresByItselfWhenControlIsGone) {
  start(two_objects);
  put_in_force(
      {{.object = "web", .lifetime_ms = 1'000, .kind = GiveUpDestination{prefix("192.0.2.10")}},
       {.object = "mail", .lifetime_ms = long_lifetime_ms, .kind = LimitConnections{5}}});
  EXPECT_EQ(box_->statistics().measures_in_force, 2U);
  control_.reset();
  EXPECT_TRUE(box_->process().wait_for_output("give_up_destination of object web ends", patience));
  EXPECT_TRUE(wait_until(patience, [&] { return box_->statistics().measures_in_force == 1; }));
  EXPECT_EQ(box_->statistics().measures_revision, 1U);
  EXPECT_TRUE(arrives(to_web, "udp and dst 192.0.2.10"));
  stop();
}

TEST_F(Managed, KeepsTheOldSetWhenTheNewOneIsWrong) {
  start(two_objects);
  put_in_force({{.object = "web",
                 .lifetime_ms = long_lifetime_ms,
                 .kind = GiveUpDestination{prefix("192.0.2.10")}}});
  const Measure right{.object = "web", .lifetime_ms = 5, .kind = LimitConnections{5}};
  struct Case {
    Measure wrong;
    const char* message;
  };
  for (const Case& c :
       {Case{{.object = "shop", .lifetime_ms = 5, .kind = LimitConnections{5}},
             "measures[1].object: the policy in force has no object of this name"},
        Case{{.object = "web", .lifetime_ms = 0, .kind = LimitConnections{5}},
             "measures[1].lifetime_ms"},
        Case{{.object = "web", .lifetime_ms = 5, .kind = GiveUpDestination{prefix("192.0.2.12")}},
             "is no address of this object"}}) {
    const grpc::Status status = control_->set_measures(99, {right, c.wrong});
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(c.message));
  }
  EXPECT_EQ(control_->apply_policy(std::as_bytes(std::span{"no image"})).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const StatsSnapshot snapshot = box_->statistics();
  EXPECT_EQ(snapshot.measures_revision, 1U);
  EXPECT_EQ(snapshot.measures_in_force, 1U);
  EXPECT_EQ(snapshot.policy_generation, 1U);
  EXPECT_TRUE(send_until(to_web, [&] { return drops(DropReason::destination_given_up) > 0; }));
  stop();
}

TEST_F(Managed, EndsMeasuresOfObjectsThatAPolicyNoLongerHas) {
  start(two_objects);
  put_in_force({{.object = "web", .lifetime_ms = long_lifetime_ms, .kind = LimitConnections{5}},
                {.object = "mail", .lifetime_ms = long_lifetime_ms, .kind = LimitConnections{5}}});
  box_->reload("[[object]]\nname = \"mail\"\nprefixes = [\"192.0.2.12\"]\n");
  EXPECT_TRUE(box_->process().wait_for_output("limit_connections of object web ends", patience));
  EXPECT_TRUE(wait_until(patience, [&] { return box_->statistics().measures_in_force == 1; }));
  stop();
}

/// A policy of many objects, of which one is the server's.
PolicyImage many_objects(std::uint32_t count) {
  test::TestPolicy policy;
  policy.global.object_capacity = 1U << 17;
  policy.objects.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    policy.objects.push_back(
        {.name = "object-" + number,
         .prefixes = {"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
                      std::to_string(i & 255)}});
  }
  policy.objects.push_back({.name = "web", .prefixes = {server_address}});
  return test::build_image(policy);
}

TEST_F(Managed, AppliesAPolicyOfManyObjectsWithoutLosingAPacket) {
  start("[tables]\nobjects = 131072\n" + std::string{two_objects}, ",framecnt=8192");
  const PolicyImage image = many_objects(100'000);
  const std::vector<Bytes> frames = datagrams(Side::inside, 10, "198.51.100.7");
  PacketCounter at_server{site_->server,
                          "udp and dst " + std::string{server_address} + " or (vlan and udp)"};
  std::atomic<std::uint64_t> sent{0};
  std::jthread traffic{[&](const std::stop_token& stop) {
    PacketSocket socket{site_->client};
    while (!stop.stop_requested()) {
      for (const Bytes& bytes : frames) {
        if (socket.send(std::as_bytes(std::span{bytes}))) ++sent;
      }
      std::this_thread::sleep_for(2ms);
    }
  }};
  ASSERT_TRUE(wait_until(patience, [&] { return sent > 200; }));
  constexpr std::uint64_t swaps = 3;
  for (std::uint64_t i = 0; i < swaps; ++i) {
    const grpc::Status status = control_->apply_policy(image.bytes());
    ASSERT_TRUE(status.ok()) << status.error_message();
    put_in_force({{.object = "object-99999",
                   .lifetime_ms = long_lifetime_ms,
                   .kind = AuthenticateSources{}}});
  }
  const std::uint64_t sent_at_swap = sent;
  ASSERT_TRUE(wait_until(patience, [&] { return sent > sent_at_swap + 200; }));
  traffic.request_stop();
  traffic.join();
  std::uint64_t received = 0;
  EXPECT_TRUE(wait_until(patience,
                         [&] {
                           received = at_server.count();
                           return received >= sent;
                         }))
      << received << " of " << sent;
  EXPECT_EQ(received, sent);
  EXPECT_EQ(box_->statistics().policy_generation, 1 + swaps);
  EXPECT_EQ(box_->statistics().objects.size(), 100'001U + 1) << "mail has kept its slot";
  stop();
}

/// Connects as another user, in a process of its own; whether the peer lets the connection stand.
enum class Answer { no_way_in, turned_away, accepted };

Answer connect_as(uid_t user, const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(static_cast<void*>(address.sun_path), path.data(), path.size());
    if (setuid(user) != 0) _exit(9);
    if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      _exit(static_cast<int>(Answer::no_way_in));
    }
    // A server of HTTP/2 speaks first; one that turns us away hangs up.
    char byte = 0;
    const bool hung_up = read(client, &byte, 1) <= 0;
    _exit(static_cast<int>(hung_up ? Answer::turned_away : Answer::accepted));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return static_cast<Answer>(WEXITSTATUS(status));
}

TEST_F(Managed, TurnsOtherUsersAway) {
  start(two_objects);
  const passwd* nobody = getpwnam("nobody");
  ASSERT_NE(nobody, nullptr);
  const uid_t other = nobody->pw_uid;
  struct stat status {};
  ASSERT_EQ(::stat(socket().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(connect_as(other, socket()), Answer::no_way_in);
  // Even if the files give way, the credentials do not.
  ASSERT_EQ(chmod(site_->run.directory().c_str(), 0755), 0);
  ASSERT_EQ(chmod(socket().c_str(), 0666), 0);
  EXPECT_EQ(connect_as(other, socket()), Answer::turned_away);
  EXPECT_TRUE(box_->process().wait_for_output(
      "of user " + std::to_string(other) + " is turned away", patience));
  EXPECT_EQ(connect_as(0, socket()), Answer::accepted);
  stop();
}

TEST_F(Managed, TakesCookieKeysOfSlotsToCome) {
  start(two_objects);
  const std::uint64_t slot = cookie_slot(read_clock().unix_s());
  management::CookieKeys keys;
  for (std::uint64_t s = slot + 2; s < slot + 20; ++s) {
    management::CookieKey& key = *keys.add_keys();
    key.set_slot(s);
    key.set_key(std::string(16, 'k'));
  }
  ASSERT_TRUE(control_->set_cookie_keys(keys).ok());
  management::Status status;
  ASSERT_TRUE(control_->get_status(status).ok());
  EXPECT_EQ(status.last_cookie_slot(), slot + 19);
  keys.mutable_keys(0)->set_slot(slot);
  const grpc::Status refused = control_->set_cookie_keys(keys);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("in use with another key"));
  EXPECT_THAT(box_->output(), testing::Not(HasSubstr("kkkk")));
  stop();
}

}  // namespace
}  // namespace sekimori::lab
