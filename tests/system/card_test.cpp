#include "tests/demo/flood.hpp"
#include "tests/support/card_frames.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/management_client.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/test_policy.hpp"
#include "tests/support/virtual_card.hpp"
#include "tests/system/keeper_site.hpp"
#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

ObjectMeters meters_of(const Dataplane& dataplane, std::string_view object) {
  for (const StatsSnapshot::Object& one : dataplane.snapshot().objects) {
    if (one.name == object) return one.meters;
  }
  throw LabError("the statistics have no object " + std::string{object});
}

/// Real clients behind a simulated card in front of the real dataplane.
class BehindVirtualCard : public NeedsLab {
 protected:
  void SetUp() override {
    NeedsLab::SetUp();
    for (const char* program : {"sekimori-dataplane", "sekimori-virtual-card"}) {
      if (!std::filesystem::exists(program_folder() / program)) {
        GTEST_SKIP() << "missing: " << program << " beside this program";
      }
    }
  }
  void start(const LabOptions& options = {}) {
    lab_.emplace(options);
    card_.emplace(*lab_);
    dataplane_.emplace(*lab_, policy_for_server(mode_),
                       DataplaneOptions{.managed = true, .card = &*card_});
  }
  /// Fetches a page by each family; a failure is one of the test.
  void expect_pages(int count) {
    for (int i = 0; i < count; ++i) {
      for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
        const HttpResult page = http_get(lab_->client(), {address, http_port}, "/");
        ASSERT_EQ(page.error, 0);
        ASSERT_EQ(page.body, nginx_->small_page());
      }
    }
  }
  void start_nginx() {
    nginx_.emplace(lab_->server(), lab_->run().directory(),
                   Nginx::Options{.ipv4 = Lab::server_ipv4, .ipv6 = Lab::server_ipv6});
  }
  [[nodiscard]] bool wait_for_state(CardState state) const {
    return wait_until(10s, [&] { return dataplane_->snapshot().card_state == state; });
  }
  /// Pulls the card. Returns when the dataplane cannot tell it anything any more.
  void pull_card() {
    card_->fail();
    ASSERT_TRUE(wait_until(10s, [&] { return dataplane_->snapshot().card_policy_id == 0; }));
  }
  /// Puts it back. Returns when it has been told everything anew.
  void put_card_back() {
    card_->work_again();
    ASSERT_TRUE(dataplane_->wait_for_card());
  }
  [[nodiscard]] std::uint64_t count(Counter counter) const { return dataplane_->counter(counter); }

  std::string mode_ = "proxy";
  std::optional<Lab> lab_;
  std::optional<VirtualCard> card_;
  std::optional<Dataplane> dataplane_;
  std::optional<Nginx> nginx_;
};

TEST_F(BehindVirtualCard, ClientsAreServedWhoseSynsTheCardAnswers) {
  start();
  start_nginx();
  constexpr int rounds = 5;
  expect_pages(rounds);
  EXPECT_GE(card_->counts().answered, 2U * rounds);
  EXPECT_GE(count(Counter::card_cookie_valid), 2U * rounds);
  EXPECT_EQ(count(Counter::flow_established), 2U * rounds);
  EXPECT_EQ(count(Counter::syn_ack_sent), 0U);
  EXPECT_GE(count(Counter::card_syn_answered), 2U) << "of each family one that reports the others";
  EXPECT_EQ(count(Counter::backend_learned), 0U) << "card and software advertise alike";
  EXPECT_TRUE(wait_for_state(CardState::working));
  EXPECT_EQ(dataplane_->stop(), 0);
}

TEST_F(BehindVirtualCard, SoftwareTakesOverWhenTheCardFails) {
  start();
  start_nginx();
  expect_pages(2);
  ASSERT_TRUE(wait_for_state(CardState::working));
  pull_card();
  expect_pages(2);
  const std::uint64_t answered = count(Counter::syn_ack_sent);
  EXPECT_GE(answered, 4U);
  EXPECT_TRUE(wait_for_state(CardState::bypassed));
  EXPECT_TRUE(dataplane_->process().wait_for_output("software does its work", 1s));
  put_card_back();
  expect_pages(2);
  EXPECT_EQ(count(Counter::syn_ack_sent), answered);
  EXPECT_TRUE(wait_for_state(CardState::working));
}

/// The client's first acknowledgement is lost, and what comes next meets the other of the two.
class CookieOfTheOther : public BehindVirtualCard {
 protected:
  template <typename Change>
  void exchange(Change change) {
    start({.client_wire = true});
    TcpListener listener{lab_->server(), {Lab::server_ipv4, test_port}};
    lab_->client_wire().add({.way = Way::toward_server, .filter = "tcp[tcpflags] == tcp-ack"});
    TcpSocket client{lab_->client(), AF_INET};
    prepare();
    ASSERT_EQ(client.connect({Lab::server_ipv4, test_port}), 0);
    change();
    ASSERT_EQ(client.send("ping"), 0);
    auto server = listener.accept();
    ASSERT_TRUE(server);
    std::string received;
    EXPECT_EQ(server->receive(received, 4), 0);
    EXPECT_EQ(received, "ping");
  }
  virtual void prepare() {}
};

TEST_F(CookieOfTheOther, SoftwareTakesTheCards) {
  exchange([this] { card_->fail(); });
  EXPECT_EQ(count(Counter::syn_ack_sent), 0U);
  EXPECT_EQ(count(Counter::cookie_valid), 1U);
  EXPECT_EQ(count(Counter::card_cookie_valid), 0U);
}

class CookieOfSoftware : public CookieOfTheOther {
 protected:
  void prepare() override { pull_card(); }
};

TEST_F(CookieOfSoftware, IsTakenByTheCard) {
  exchange([this] { put_card_back(); });
  EXPECT_GE(count(Counter::syn_ack_sent), 1U);
  EXPECT_EQ(count(Counter::cookie_valid), 1U);
  EXPECT_EQ(count(Counter::card_cookie_valid), 1U);
}

/// Metadata that an attacker sends are not believed: the card puts its own before them, and what
/// lets frames pass by the card refuses them.
TEST_F(BehindVirtualCard, MetadataFromOutsideAreNotBelieved) {
  start();
  const auto segment =
      test::encode_packet("10.77.0.1:4000 > 10.77.0.2:80 tcp [.] seq=1001 ack=77", Side::inside);
  ASSERT_TRUE(segment);
  const test::Bytes forged =
      test::with_metadata(*segment, {.flags = metadata::cookie_valid | metadata::checksum_good});
  PacketCounter at_server{lab_->server_port(), "ether proto 0x88b5"};
  PacketSocket attacker{lab_->client_port()};
  const auto frame = std::as_bytes(std::span{forged});
  ASSERT_TRUE(attacker.send(frame));
  EXPECT_TRUE(wait_until(10s, [&] { return at_server.count() == 1; }))
      << "it has to pass like any frame that is not IP";
  card_->fail();
  ASSERT_TRUE(attacker.send(frame));
  EXPECT_TRUE(wait_until(10s, [&] { return card_->counts().refused == 1; }));
  EXPECT_EQ(at_server.count(), 1U);
  EXPECT_EQ(count(Counter::cookie_valid), 0U);
  EXPECT_EQ(count(Counter::flow_created), 0U);
}

TEST_F(BehindVirtualCard, FollowsThePolicy) {
  start();
  start_nginx();
  expect_pages(1);
  ASSERT_TRUE(dataplane_->reload(policy_for_server("off")));
  ASSERT_TRUE(dataplane_->wait_for_card());
  const std::uint64_t answered = card_->counts().answered;
  EXPECT_GE(answered, 2U);
  expect_pages(1);
  EXPECT_EQ(card_->counts().answered, answered);
}

/// What control has the dataplane do, the card does.
TEST_F(BehindVirtualCard, FollowsControl) {
  mode_ = "off";
  start();
  start_nginx();
  expect_pages(1);
  EXPECT_EQ(card_->counts().answered, 0U);

  ManagementClient control{management_socket(*lab_).string()};
  const Measure authenticate{
      .object = "server", .lifetime_ms = 600'000, .kind = AuthenticateSources{}};
  ASSERT_TRUE(control.set_measures(1, {authenticate}).ok());
  ASSERT_TRUE(wait_until(10s, [&] {
    expect_pages(1);
    return HasFailure() || card_->counts().answered > 0;
  }));
  ASSERT_FALSE(HasFailure());

  test::TestPolicy policy = test::policy_with_mode(SynMode::off);
  policy.objects[0].prefixes = {Lab::server_ipv4, Lab::server_ipv6};
  ASSERT_TRUE(control.apply_policy(test::build_image(policy).bytes()).ok());
  ASSERT_TRUE(dataplane_->wait_for_card());
  const std::uint64_t answered = card_->counts().answered;
  expect_pages(1);
  EXPECT_EQ(card_->counts().answered, answered) << "the policy has no object of the measure";
}

/// Nobody but the card sees the SYNs. Its reports have the flood found, and tell what it is.
TEST_F(BehindVirtualCard, ControlSeesTheFloodThatTheCardTakes) {
  KeeperSite site{"syn = \"proxy\"\n  [object.threshold]\n  syn = 100\n",
                  KeeperSite::Front::simulated_card};
  demo::Flood flood{site.lab(), {.target = KeeperSite::victim, .rate_pps = 400, .duration = 12s}};
  nlohmann::ordered_json incident;
  EXPECT_TRUE(wait_until(15s, [&] {
    incident = site.incident();
    return !incident.is_null() && incident["diagnosis"]["kind"] == "syn_flood_spoofed";
  })) << incident.dump(2);
  EXPECT_TRUE(site.answers(KeeperSite::victim));
  flood.wait_for_end();
  const Dataplane& dataplane = site.dataplane();
  EXPECT_EQ(dataplane.counter(Counter::syn_ack_sent), 0U) << "software has answered";
  EXPECT_GE(dataplane.counter(Counter::card_syn_answered), flood.offered() / 2);
  const std::uint64_t metered = meters_of(dataplane, "victim-web").syn_received;
  EXPECT_GE(metered, flood.offered() / 2);
  EXPECT_LE(metered, dataplane.counter(Counter::card_syn_answered));
}

}  // namespace
}  // namespace sekimori::lab
