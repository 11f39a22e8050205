#include "tests/demo/phase.hpp"

#include <unistd.h>

#include <cstdio>
#include <numeric>
#include <optional>
#include <sstream>

#include "tests/demo/flood.hpp"
#include "tests/demo/site.hpp"
#include "tests/support/flood_syn.hpp"
#include "tests/support/nginx.hpp"

namespace sekimori::demo {
namespace {

using lab::Lab;
using lab::PacketCounter;

constexpr std::chrono::seconds flood_lead{2};
constexpr std::chrono::seconds flood_tail{1};

// From the table "Tcp:" of net/snmp, whose first line names the columns of the second.
std::uint64_t retransmitted_segments(const lab::Namespace& where) {
  std::istringstream lines(where.read_file("/proc/thread-self/net/snmp"));
  std::string names;
  std::string values;
  while (std::getline(lines, names) && !names.starts_with("Tcp:")) {
  }
  std::getline(lines, values);
  std::istringstream name_words(names);
  std::istringstream value_words(values);
  std::string name;
  std::string value;
  while (name_words >> name && value_words >> value) {
    if (name == "RetransSegs") {
      return std::stoull(value);
    }
  }
  return 0;
}

// On a terminal one line that changes; elsewhere a line at the end.
class Progress {
 public:
  explicit Progress(std::string title) : title_(std::move(title)) {}

  void show(const HttpLoadResult& load, std::uint64_t offered) {
    last_ = title_ + ": " + std::to_string(load.succeeded) + " of " + std::to_string(load.tried) +
            " requests answered";
    if (offered > 0) {
      last_ += ", " + std::to_string(offered) + " SYNs offered";
    }
    if (terminal_) {
      std::printf("\r\033[K%s", last_.c_str());
      std::fflush(stdout);
    }
  }
  void begin() {
    std::printf(terminal_ ? "%s ..." : "%s ...\n", title_.c_str());
    std::fflush(stdout);
  }
  void end() {
    std::printf("%s%s\n", terminal_ ? "\r\033[K" : "", last_.c_str());
    std::fflush(stdout);
  }

 private:
  std::string title_;
  std::string last_;
  bool terminal_ = ::isatty(STDOUT_FILENO) != 0;
};

std::uint64_t difference(std::uint64_t all, std::uint64_t part) {
  return all > part ? all - part : 0;
}

// The flood is SYNs only, so whatever else was dropped was a client's. Of the SYNs, those to which
// no SYN-ACK came back are the clients' if they are missing in the clients' share of the answers.
std::uint64_t drops_of_clients(const WorkerStats& stats, std::uint64_t client_syns,
                               std::uint64_t answers_to_spoofed) {
  const auto counted = [&stats](Counter which) {
    return stats.counters[static_cast<std::size_t>(which)];
  };
  const std::uint64_t answered = counted(Counter::syn_ack_sent);
  const std::uint64_t dropped = std::reduce(stats.drops.begin(), stats.drops.end());
  const std::uint64_t dropped_syns = difference(counted(Counter::syn_received), answered);
  return difference(dropped, dropped_syns) +
         difference(client_syns, difference(answered, answers_to_spoofed));
}

std::vector<PhaseResult::Drop> named_drops(const WorkerStats& stats) {
  std::vector<PhaseResult::Drop> drops;
  for (std::size_t i = 0; i < drop_reason_count; ++i) {
    if (stats.drops[i] != 0) {
      drops.push_back({std::string(drop_reason_texts[i].name),
                       std::string(drop_reason_texts[i].text), stats.drops[i]});
    }
  }
  return drops;
}

}  // namespace

PhaseResult run_phase(const std::string& title, const DemoOptions& options, Protection protection,
                      bool with_flood) {
  Progress progress{title};
  progress.begin();
  Lab lab;
  leave_unprotected(lab);
  const HttpLoadOptions load{
      .server = {Lab::server_ipv4, 80},
      .clients = add_clients(lab, 11, 8),
      .requests_per_s = options.requests_per_s,
      .duration = with_flood ? options.load_duration : options.baseline_duration,
  };
  std::optional<lab::PlainBridge> bridge;
  std::optional<lab::Dataplane> sekimori;
  if (protection == Protection::none) {
    bridge.emplace(lab);
  } else {
    sekimori.emplace(lab, lab::policy_for_server("proxy"),
                     lab::DataplaneOptions{.driver = options.driver, .real_time = true});
  }
  const lab::Nginx nginx{
      lab.server(), lab.run().directory(), {.ipv4 = Lab::server_ipv4, .backlog = server_queue}};
  const std::string spoofed = std::string("src net ") + lab::spoofed_sources;
  PacketCounter reaching_server{lab.server_port(), spoofed};
  PacketCounter answers{lab.client_port(), std::string("dst net ") + lab::spoofed_sources};
  PacketCounter client_syns{lab.client_port(), "src net 10.77.0.0/24 and tcp[tcpflags] == tcp-syn",
                            lab::PacketSocket::Sees::both_ways};
  const std::uint64_t sent_again_before = retransmitted_segments(lab.client());

  std::optional<Flood> flood;
  if (with_flood) {
    flood.emplace(lab, FloodOptions{.rate_pps = options.flood_pps,
                                    .duration = flood_lead + options.load_duration + flood_tail});
    std::this_thread::sleep_for(flood_lead);
  }
  PhaseResult result;
  result.load = offer_http_load(lab.client(), load, [&](const HttpLoadResult& so_far) {
    progress.show(so_far, flood ? flood->offered() : 0);
  });
  result.client_retransmissions = retransmitted_segments(lab.client()) - sent_again_before;
  if (flood) {
    flood->wait_for_end();
    result.syns_offered = flood->offered();
  }
  result.syns_reached_server = reaching_server.count();
  if (sekimori) {
    const WorkerStats stats = sekimori->totals();
    result.syn_acks_sent = sekimori->counter(Counter::syn_ack_sent);
    result.false_drops = drops_of_clients(stats, client_syns.count(), answers.count());
    result.drops = named_drops(stats);
  }
  progress.show(result.load, result.syns_offered);
  progress.end();
  return result;
}

}  // namespace sekimori::demo
