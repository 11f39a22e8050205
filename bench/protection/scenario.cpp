#include "bench/protection/scenario.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "bench/generator/syn_generator.hpp"
#include "bench/peers/kernel_boxes.hpp"
#include "bench/protection/box_cpu.hpp"
#include "tests/demo/http_load.hpp"
#include "tests/demo/site.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/nginx.hpp"

namespace sekimori::bench {
namespace {

using lab::Lab;
using std::chrono::milliseconds;

constexpr unsigned attacker_cpu = 0;
constexpr int first_client = 11;
constexpr int last_client = 250;
constexpr int clients_per_attack = 16;
/// The attack begins before the requests, and goes on until the last one has its answer or is given
/// up, but no longer than this after the last one was sent.
constexpr milliseconds lead{300};
constexpr milliseconds longest_tail = demo::request_timeout + milliseconds{1000};
/// As many as go.
constexpr std::uint32_t unbounded = 0;

/// Tells an address's Ethernet address to the host at `port`.
void introduce(const lab::Port& port, const std::string& address, const std::string& mac) {
  port.where->ip("neigh replace " + address + " lladdr " + mac + " dev " + port.interface +
                 " nud permanent");
}

}  // namespace

std::vector<Protection> all_protections() {
  using Kind = Protection::Kind;
  return {
      {"none", "no protection", Kind::none},
      {"kernel_synproxy", "kernel SYNPROXY", Kind::kernel_synproxy},
      {"sekimori_proxy", "Sekimori, proxy", Kind::sekimori, "proxy"},
      {"sekimori_reset", "Sekimori, reset", Kind::sekimori, "reset"},
      {"sekimori_bad_ack", "Sekimori, bad-ack", Kind::sekimori, "bad-ack"},
      {"sekimori_retransmit", "Sekimori, retransmit", Kind::sekimori, "retransmit"},
  };
}

struct Site::Parts {
  Parts(const Protection& protection, const Load& load);

  /// Lets the server and a client know each other without ARP, as hosts with a router between them
  /// do. An overloaded box would lose that as well, and the service with it for a second.
  void introduce_client(const std::string& address);

  Lab lab;
  std::optional<lab::PlainBridge> bridge;
  std::optional<KernelSynproxy> synproxy;
  std::optional<BoxCpu> box_cpu;
  std::optional<lab::Dataplane> sekimori;
  std::optional<lab::Nginx> nginx;
  std::optional<SynGenerator> attacker;
};

Site::Parts::Parts(const Protection& protection, const Load& load) {
  demo::leave_unprotected(lab);
  set_offloads(lab.box(), lab.outside_port().interface, {.napi = true});
  switch (protection.kind) {
    case Protection::Kind::none:
      bridge.emplace(lab);
      break;
    case Protection::Kind::kernel_synproxy:
      synproxy.emplace(lab);
      break;
    case Protection::Kind::sekimori:
      sekimori.emplace(lab, lab::policy_for_server(protection.syn_mode),
                       lab::DataplaneOptions{.driver = load.driver, .real_time = true});
      break;
  }
  // Sekimori's worker has the box's CPU already, and gets its packets from there as from a card.
  if (!sekimori) box_cpu.emplace(lab.outside_port());
  nginx.emplace(lab.server(), lab.run().directory(),
                lab::Nginx::Options{.ipv4 = Lab::server_ipv4, .backlog = demo::server_queue});
  introduce_client(Lab::client_ipv4);
  attacker.emplace(lab.client_port(), synproxy ? lab.outside_port() : lab.server_port());
}

void Site::Parts::introduce_client(const std::string& address) {
  // SYNPROXY routes; the others are no hosts of their own.
  const bool routed = synproxy.has_value();
  const lab::Port beside_server = routed ? lab.inside_port() : lab.client_port();
  const lab::Port beside_client = routed ? lab.outside_port() : lab.server_port();
  introduce(lab.server_port(), address, mac_address(beside_server));
  introduce(lab.client_port(), Lab::server_ipv4, mac_address(beside_client));
  if (routed) introduce(lab.outside_port(), address, mac_address(lab.client_port()));
}

Site::Site(const Protection& protection, const Load& load)
    : load_(load), next_client_(first_client), parts_(std::make_unique<Parts>(protection, load)) {}

Site::~Site() = default;

Point Site::attack(std::optional<std::uint32_t> rate_pps) {
  if (next_client_ + clients_per_attack > last_client) {
    throw lab::LabError("a site has no more client addresses");
  }
  const demo::HttpLoadOptions load{
      .servers = {{Lab::server_ipv4, 80}},
      .clients = demo::add_clients(parts_->lab, next_client_, clients_per_attack),
      .requests_per_s = load_.requests_per_s,
      .duration = load_.duration,
  };
  for (const int end = next_client_ + clients_per_attack; next_client_ < end; ++next_client_) {
    parts_->introduce_client("10.77.0." + std::to_string(next_client_));
  }

  Point point;
  std::atomic<bool> over = false;
  std::future<FloodResult> flood;
  if (rate_pps != std::optional<std::uint32_t>{0}) {
    const Flood how{.duration = lead + load_.duration + longest_tail,
                    .over = &over,
                    .rate_pps = rate_pps.value_or(unbounded),
                    .cpu = attacker_cpu};
    flood = std::async(std::launch::async, [this, how] { return parts_->attacker->run(how); });
    std::this_thread::sleep_for(lead);
  }
  const demo::HttpLoadResult result = demo::offer_http_load(
      parts_->lab.client(), load, [](const demo::HttpLoadResult&) { return true; });
  over = true;
  if (flood.valid()) point.attack_pps = flood.get().sent_pps();
  const auto tried = static_cast<double>(result.tried);
  const auto succeeded = static_cast<double>(result.succeeded);
  point.goodput_rps = succeeded / static_cast<double>(load_.duration.count());
  point.failed_percent = 100 * (tried - succeeded) / tried;
  point.connect_p50_ms = demo::percentile(result.connect_ms, 50);
  point.connect_p99_ms = demo::percentile(result.connect_ms, 99);
  return point;
}

}  // namespace sekimori::bench
