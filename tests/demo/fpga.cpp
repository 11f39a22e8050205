// sekimori-fpga-demo: real clients behind a simulated FPGA card under a small SYN flood, and what
// happens when the card is pulled.

#include <array>
#include <cstdio>
#include <string>

#include "tests/demo/flood.hpp"
#include "tests/demo/http_load.hpp"
#include "tests/demo/site.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/nginx.hpp"
#include "tests/support/run.hpp"
#include "tests/support/virtual_card.hpp"

namespace sekimori::demo {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t flood_pps = 200;
constexpr std::uint32_t requests_per_s = 20;
constexpr std::chrono::seconds phase_duration{8};
/// How long the second half goes on before the card is pulled in the middle of it.
constexpr std::uint64_t requests_before_pull = requests_per_s;

/// What is counted, up to a moment or between two.
struct Counts {
  std::uint64_t offered = 0;
  std::uint64_t answered_by_card = 0;
  std::uint64_t cookies_by_card = 0;
  std::uint64_t answered_by_software = 0;
  std::uint64_t metered = 0;  ///< SYNs of the object, whoever has answered them
  std::uint64_t taken_over = 0;
  std::uint64_t served = 0;
  std::uint64_t failed = 0;
};

Counts operator-(const Counts& a, const Counts& b) {
  return {.offered = a.offered - b.offered,
          .answered_by_card = a.answered_by_card - b.answered_by_card,
          .cookies_by_card = a.cookies_by_card - b.cookies_by_card,
          .answered_by_software = a.answered_by_software - b.answered_by_software,
          .metered = a.metered - b.metered,
          .taken_over = a.taken_over - b.taken_over,
          .served = a.served - b.served,
          .failed = a.failed - b.failed};
}

/// All of it: clients, the card, the dataplane, a server, and who attacks it.
class Scene {
 public:
  void begin_flood() {
    flood_.emplace(lab_, FloodOptions{.rate_pps = flood_pps, .duration = 2 * phase_duration + 4s});
  }
  void offer(const std::function<bool(const HttpLoadResult&)>& go_on) {
    const HttpLoadResult load = offer_http_load(lab_.client(),
                                                {.servers = {{lab::Lab::server_ipv4, 80}},
                                                 .clients = {{lab::Lab::client_ipv4, 0}},
                                                 .requests_per_s = requests_per_s,
                                                 .duration = phase_duration},
                                                go_on);
    served_ += load.succeeded;
    failed_ += load.failed.front();
  }
  [[nodiscard]] Counts counts() {
    return {.offered = flood_->offered(),
            .answered_by_card = card_.counts().answered,
            .cookies_by_card = dataplane_.counter(Counter::card_cookie_valid),
            .answered_by_software = dataplane_.counter(Counter::syn_ack_sent),
            .metered = dataplane_.snapshot().objects.front().meters.syn_received,
            .taken_over = dataplane_.counter(Counter::card_unmarked),
            .served = served_,
            .failed = failed_};
  }
  void end_flood() { flood_->wait_for_end(); }
  [[nodiscard]] lab::VirtualCard& card() { return card_; }
  [[nodiscard]] CardState card_state() const { return dataplane_.snapshot().card_state; }

 private:
  lab::Lab lab_;
  lab::VirtualCard card_{lab_};
  lab::Dataplane dataplane_{lab_, lab::policy_for_server("proxy"), {.card = &card_}};
  lab::Nginx nginx_{lab_.server(), lab_.run().directory(), {.ipv4 = lab::Lab::server_ipv4}};
  std::optional<Flood> flood_;
  std::uint64_t served_ = 0;
  std::uint64_t failed_ = 0;
};

void print_table(const Counts& working, const Counts& pulled) {
  struct Row {
    const char* name;
    std::uint64_t Counts::*value;
  };
  constexpr std::array rows{Row{"Spoofed SYNs offered", &Counts::offered},
                            Row{"SYNs answered by the card", &Counts::answered_by_card},
                            Row{"SYNs answered by software", &Counts::answered_by_software},
                            Row{"SYNs in the object's meters", &Counts::metered},
                            Row{"Cookies checked by the card", &Counts::cookies_by_card},
                            Row{"Frames that software took over", &Counts::taken_over},
                            Row{"Requests served", &Counts::served},
                            Row{"Requests failed", &Counts::failed}};
  std::printf("\n  SIMULATION: the card is Verilated, and slower than a real one by orders\n\n");
  std::printf("  %-34s %15s %15s\n", "", "card working", "card pulled");
  for (const Row& row : rows) {
    std::printf("  %-34s %15llu %15llu\n", row.name,
                static_cast<unsigned long long>(working.*row.value),
                static_cast<unsigned long long>(pulled.*row.value));
  }
  std::printf("\n");
}

bool claim(const char* text, bool shown) {
  std::printf("  [%s] %s\n", shown ? "yes" : "NO", text);
  return shown;
}

bool run_demo() {
  std::printf(
      "SIMULATION. The kernels of an FPGA card, Verilated, stand in front of Sekimori: %u requests "
      "a\nsecond of real clients, and %u spoofed SYNs a second.\n\n",
      requests_per_s, flood_pps);
  Scene scene;
  scene.begin_flood();
  const Counts start = scene.counts();
  std::printf("1/2  the card works\n");
  std::fflush(stdout);
  scene.offer([](const HttpLoadResult&) { return true; });
  const CardState before = scene.card_state();
  const Counts middle = scene.counts();
  std::printf("2/2  the card is pulled while requests are under way\n");
  std::fflush(stdout);
  bool pulled = false;
  scene.offer([&](const HttpLoadResult& load) {
    if (!pulled && load.tried >= requests_before_pull) {
      scene.card().fail();
      pulled = true;
    }
    return true;
  });
  const CardState after = scene.card_state();
  const Counts end = scene.counts();
  scene.end_flood();

  const Counts first = middle - start;
  const Counts second = end - middle;
  print_table(first, second);
  bool shown = claim("the card answers the flood, and software no SYN of it",
                     first.answered_by_card > first.offered / 2 && first.answered_by_software == 0);
  shown &= claim("the object's meters have the flood all the same, by the card's reports",
                 first.metered > first.offered / 2);
  shown &= claim("software takes the card's word for the clients' cookies",
                 first.cookies_by_card >= first.served);
  shown &= claim("software answers when the card is gone",
                 second.answered_by_software > second.offered / 2 && second.taken_over > 0);
  shown &= claim("the change is seen in the statistics",
                 before == CardState::working && after == CardState::bypassed);
  shown &= claim("no request fails, not even then",
                 first.failed + second.failed == 0 && first.served > 0 && second.served > 0);
  return shown;
}

}  // namespace
}  // namespace sekimori::demo

int main() {
  const auto missing = sekimori::lab::missing_for_lab();
  for (const std::string& item : missing) {
    std::fprintf(stderr, "sekimori-fpga-demo: missing: %s\n", item.c_str());
  }
  if (!missing.empty()) return 2;
  try {
    return sekimori::demo::run_demo() ? 0 : 1;
  } catch (const sekimori::lab::LabError& error) {
    std::fprintf(stderr, "\nsekimori-fpga-demo: %s\n", error.what());
    return 1;
  }
}
