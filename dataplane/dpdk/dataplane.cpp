#include "dataplane/dpdk/dataplane.hpp"

#include <rte_common.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/policy_source.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/eal.hpp"
#include "dataplane/dpdk/events.hpp"
#include "dataplane/dpdk/front_card.hpp"
#include "dataplane/dpdk/log.hpp"
#include "dataplane/dpdk/managed_dataplane.hpp"
#include "dataplane/dpdk/policy_keeper.hpp"
#include "dataplane/dpdk/port_pair.hpp"
#include "dataplane/dpdk/worker_set.hpp"
#include "dataplane/management/management_server.hpp"
#include "dataplane/management/management_socket.hpp"

namespace sekimori {

namespace {

tl::expected<std::array<PortSpec, 2>, Failure> parse_ports(const Options& options) {
  auto outside = parse_port_spec(Side::outside, options.outside);
  if (!outside) return tl::unexpected(outside.error());
  auto inside = parse_port_spec(Side::inside, options.inside);
  if (!inside) return tl::unexpected(inside.error());
  if (outside->device == inside->device) {
    return wrong_input(inside->flag() +
                       ": is the outside port too; two devices of one driver differ in their "
                       "number, as net_af_packet0 and net_af_packet1");
  }
  if (options.card && !outside->card) {
    return wrong_input("--card: write fpga: before the outside port that the card is in front of");
  }
  return std::array{std::move(*outside), std::move(*inside)};
}

tl::expected<PolicyImage, Failure> load_first_policy(const Options& options) {
  auto image = load_policy(options.policy);
  if (image) return std::move(*image);
  const PolicySourceError& error = image.error();
  return tl::unexpected<Failure>(
      {.exit_status = error.exit_status,
       .message = error.message.empty() ? "" : "--policy: " + error.message});
}

tl::expected<MasterSecret, Failure> load_secret(const Options& options, const PortSpec& outside) {
  if (!options.secret_file) {
    if (!outside.card || options.card) return MasterSecret::random();
    return wrong_input(outside.flag() +
                       ": the card needs the same keys; name it with --card, or give a "
                       "--secret-file to it and here");
  }
  auto secret = MasterSecret::load(*options.secret_file);
  if (!secret) return wrong_input("--secret-file: " + secret.error());
  return *secret;
}

void say_ready(const Options& options, const Eal& eal, const PortPair& ports,
               PolicyKeeper& policy) {
  const char* spread = ports.symmetric_rss() ? "rss" : "software";
  std::printf("ready workers=%u outside=%s inside=%s spread=%s memory=%s policy=%s\n",
              options.workers, ports.port(Side::outside).spec().device.c_str(),
              ports.port(Side::inside).spec().device.c_str(), options.workers > 1 ? spread : "none",
              eal.uses_huge_pages() ? "hugepages" : "ordinary",
              policy.generations().current().image().id().c_str());
  std::fflush(stdout);
}

/// The socket of --management, if there is to be one. Opened before anything takes long, so that a
/// wrong path is told at once.
tl::expected<std::optional<ManagementSocket>, Failure> open_management(const Options& options) {
  if (!options.management) return std::nullopt;
  auto socket = ManagementSocket::open(*options.management, options.management_user);
  if (!socket) return refused("--management " + socket.error());
  return std::move(*socket);
}

/// Whoever may manage this dataplane may read what it counts.
tl::expected<void, Failure> open_statistics(StatsSegment& segment,
                                            const std::optional<ManagementSocket>& socket) {
  if (!socket || !socket->user_group()) return {};
  if (auto open = segment.let_read(*socket->user_group()); !open) return refused(open.error());
  return {};
}

/// Begins to answer control. What waits on the socket since it was opened is answered then.
tl::expected<std::unique_ptr<ManagementServer>, Failure> serve(
    std::optional<ManagementSocket> socket, Managed& managed, MainThreadCalls& calls) {
  if (!socket) return nullptr;
  auto server = ManagementServer::start(std::move(*socket), managed, calls, log);
  if (!server) return refused("--management: " + server.error());
  return std::move(*server);
}

/// The main thread's work while packets flow.
void look_after(Events& events, MainThreadCalls& calls, PolicyKeeper& policy, PortPair& ports,
                FrontCard& card, CookieKeySchedule& cookie_keys, StatsSegment& segment,
                unsigned workers) {
  StatsHeader& header = segment.header();
  for (;;) {
    card.follow(policy);
    events.set_alarm(policy.measures().next_end_ms());
    switch (events.wait()) {
      case Event::stop:
        return;
      case Event::reload:
        policy.reload();
        break;
      case Event::second: {
        const Now now = read_clock();
        if (const auto warning = cookie_keys.refresh(now.unix_s())) log(*warning);
        set(header.cookie_keys_own, cookie_keys.own_keys());
        set(header.heartbeat_unix_ns, now.unix_ns);
        ports.report_links(header);
        card.refresh(cookie_keys.registers(), now, segment, workers);
        break;
      }
      case Event::call:
        calls.run();
        break;
      case Event::alarm:
        policy.end_expired_measures(read_clock().monotonic_ms());
        break;
    }
  }
}

}  // namespace

tl::expected<void, Failure> run_dataplane(const Options& options) {
  // What the user has written comes first, so that a mistake is told before anything is touched.
  const auto specs = parse_ports(options);
  if (!specs) return tl::unexpected(specs.error());
  const auto secret = load_secret(options, specs->front());
  if (!secret) return tl::unexpected(secret.error());
  auto image = load_first_policy(options);
  if (!image) return tl::unexpected(image.error());

  auto calls = MainThreadCalls::open();
  if (!calls) return refused(calls.error());
  auto events = Events::open(calls->descriptor());
  if (!events) return tl::unexpected(events.error());
  auto segment =
      StatsSegment::create(options.instance, options.workers, image->global().object_capacity);
  if (!segment) return refused("--instance " + options.instance + ": " + segment.error());
  const auto policy =
      PolicyKeeper::create(options.policy, std::move(*image), *segment, options.workers);
  if (!policy) return tl::unexpected(policy.error());
  // Workers read them for every SYN, so they share no cache line with what this thread works with.
  alignas(RTE_CACHE_LINE_SIZE) CookieKeys keys;
  static_assert(sizeof(keys) == RTE_CACHE_LINE_SIZE);
  CookieKeySchedule cookie_keys{*secret, keys};
  cookie_keys.refresh(read_clock().unix_s());
  ManagedDataplane managed{options.instance, **policy, cookie_keys, segment->header()};
  auto socket = open_management(options);
  if (!socket) return tl::unexpected(socket.error());
  if (auto open = open_statistics(*segment, *socket); !open) return open;

  const auto eal = Eal::start(options, *specs);
  if (!eal) return tl::unexpected(eal.error());
  auto ports = PortPair::open(options, *specs);
  if (!ports) return tl::unexpected(ports.error());
  auto card = FrontCard::open(options, specs->front(), *secret);
  if (!card) return tl::unexpected(card.error());
  const auto workers = WorkerSet::create(options, *ports, **policy, *secret, keys, *segment);
  if (!workers) return tl::unexpected(workers.error());

  if (auto started = ports->start(); !started) return started;
  (*workers)->launch();
  ports->report_links(segment->header());
  card->refresh(keys, read_clock(), *segment, options.workers);
  const auto management = serve(std::move(*socket), managed, *calls);
  if (!management) return tl::unexpected(management.error());
  say_ready(options, *eal, *ports, **policy);
  look_after(*events, *calls, **policy, *ports, *card, cookie_keys, *segment, options.workers);
  calls->close();
  (*workers)->stop();
  return {};
}

}  // namespace sekimori
