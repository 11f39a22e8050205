#include "tests/demo/phase.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>
#include <thread>

#include "tests/demo/flood.hpp"
#include "tests/demo/keeper.hpp"
#include "tests/demo/notice_receivers.hpp"
#include "tests/demo/policies.hpp"
#include "tests/demo/site.hpp"
#include "tests/support/control.hpp"
#include "tests/support/flood_syn.hpp"
#include "tests/support/nginx.hpp"

namespace sekimori::demo {
namespace {

using lab::Lab;
using lab::PacketCounter;

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

/// A flood that begins when the clients have been at work for a while, as a real one does.
class LateFlood {
 public:
  LateFlood(const Lab& lab, const FloodOptions& options)
      : thread_([this, &lab, options] {
          std::this_thread::sleep_for(flood_lead);
          flood_ = std::make_unique<Flood>(lab, options);
          began_unix_ms_ = flood_->began_unix_ms();
        }) {}

  [[nodiscard]] std::uint64_t offered() const {
    return began_unix_ms_ == 0 ? 0 : flood_->offered();
  }
  [[nodiscard]] std::uint64_t began_unix_ms() const { return began_unix_ms_; }
  /// Returns how many SYNs have left the attacker.
  std::uint64_t wait_for_end() {
    thread_.join();
    flood_->wait_for_end();
    return flood_->offered();
  }

 private:
  std::unique_ptr<Flood> flood_;
  std::atomic<std::uint64_t> began_unix_ms_{0};
  std::jthread thread_;
};

/// What stands between the clients and the servers in one phase.
class Box {
 public:
  Box(const Lab& lab, const std::vector<std::string>& addresses, const DemoOptions& options,
      Protection protection) {
    const lab::DataplaneOptions dataplane{.driver = options.driver, .real_time = true};
    lab::DataplaneOptions managed = dataplane;
    managed.managed = true;
    switch (protection) {
      case Protection::none:
        bridge_.emplace(lab);
        return;
      case Protection::global_threshold:
        dataplane_.emplace(lab, global_threshold_policy(addresses, options.global_threshold_pps),
                           dataplane);
        return;
      case Protection::keeper:
        dataplane_.emplace(lab, keeper_policy(addresses, NoticeReceivers::places()), managed);
        receivers_.emplace(lab);
        control_.emplace(lab);
        control_->commit(keeper_policy(addresses, NoticeReceivers::places()));
        return;
    }
  }

  [[nodiscard]] const lab::Dataplane* dataplane() const {
    return dataplane_ ? &*dataplane_ : nullptr;
  }
  [[nodiscard]] const lab::Control* control() const { return control_ ? &*control_ : nullptr; }

 private:
  std::optional<lab::PlainBridge> bridge_;
  std::optional<NoticeReceivers> receivers_;
  std::optional<lab::Dataplane> dataplane_;
  std::optional<lab::Control> control_;
};

std::uint64_t sum(const std::vector<std::uint64_t>& numbers) {
  return std::reduce(numbers.begin(), numbers.end());
}

}  // namespace

std::string tenant_name(int tenant) {
  const std::string number = std::to_string(tenant + 1);
  return "town-" + std::string(3 - number.size(), '0') + number;
}

std::uint64_t PhaseResult::target_failed() const {
  return load.failed[target_tenant];
}

std::uint64_t PhaseResult::others_failed() const {
  return sum(load.failed) - target_failed();
}

PhaseResult run_phase(const std::string& title, const DemoOptions& options, Protection protection,
                      Attack attack) {
  Progress progress{title};
  progress.begin();
  Lab lab;
  leave_unprotected(lab);
  const std::vector<std::string> addresses = add_tenants(lab, tenant_count);
  HttpLoadOptions load{
      .servers = {},
      .clients = add_clients(lab, 11, 8),
      .requests_per_s = options.requests_per_s,
      .duration = attack == Attack::flood ? options.load_duration : options.baseline_duration,
  };
  for (const std::string& address : addresses) load.servers.emplace_back(address, 80);
  const lab::Nginx nginx{
      lab.server(),
      lab.run().directory(),
      {.ipv4 = Lab::server_ipv4, .more_ipv4 = addresses, .backlog = server_queue}};
  const Box box{lab, addresses, options, protection};
  const std::string spoofed = std::string("src net ") + lab::spoofed_sources;
  PacketCounter reaching_server{lab.server_port(), spoofed};
  const std::uint64_t sent_again_before = retransmitted_segments(lab.client());

  std::optional<LateFlood> flood;
  if (attack == Attack::flood) {
    flood.emplace(lab, FloodOptions{.target = addresses[target_tenant],
                                    .rate_pps = options.flood_pps,
                                    .duration = options.load_duration - flood_lead});
  }
  PhaseResult result;
  result.load = offer_http_load(lab.client(), load, [&](const HttpLoadResult& so_far) {
    progress.show(so_far, flood ? flood->offered() : 0);
    return true;
  });
  result.client_retransmissions = retransmitted_segments(lab.client()) - sent_again_before;
  if (flood) result.syns_offered = flood->wait_for_end();
  result.syns_reached_server = reaching_server.count();
  if (const lab::Dataplane* dataplane = box.dataplane()) {
    result.syn_acks_sent = dataplane->counter(Counter::syn_ack_sent);
    result.drops = named_drops(dataplane->totals());
  }
  if (box.control() != nullptr) {
    result.keeper = keeper_result(*box.control(), flood->began_unix_ms());
  }
  progress.show(result.load, result.syns_offered);
  progress.end();
  return result;
}

}  // namespace sekimori::demo
