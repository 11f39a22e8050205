#include "tests/support/dataplane.hpp"

#include <signal.h>

#include <fstream>
#include <sstream>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/priority.hpp"

namespace sekimori::lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds start_patience{30};

// Written beside the old one and renamed, so that no reader finds half a policy.
void write_policy(const fs::path& path, const std::string& policy) {
  const fs::path fresh = path.string() + ".new";
  std::ofstream file(fresh);
  file << policy << std::flush;
  if (!file) {
    throw_errno("write " + fresh.string());
  }
  fs::rename(fresh, path);
}

std::string port_argument(const DataplaneOptions& options, int index, const Port& port) {
  const bool af_packet = options.driver == PortDriver::af_packet;
  std::string argument = (af_packet ? "net_af_packet" : "net_af_xdp") + std::to_string(index) +
                         ",iface=" + port.interface;
  if (options.workers > 1) {
    argument += (af_packet ? ",qpairs=" : ",queue_count=") + std::to_string(options.workers);
  }
  return argument + options.port_arguments;
}

std::string outside_argument(const Lab& lab, const DataplaneOptions& options) {
  if (options.card == nullptr) return port_argument(options, 0, lab.outside_port());
  return "fpga:" + port_argument(options, 0, options.card->host_port());
}

Process start(const Lab& lab, const fs::path& policy_path, const std::string& policy,
              const DataplaneOptions& options) {
  write_policy(policy_path, policy);
  std::vector<std::string> command{
      (program_folder() / "sekimori-dataplane").string(),
      "--policy",
      policy_path.string(),
      "--outside",
      outside_argument(lab, options),
      "--inside",
      port_argument(options, 1, lab.inside_port()),
      "--instance",
      lab.run().name(),
      "--workers",
      std::to_string(options.workers),
  };
  if (!options.huge_pages) command.emplace_back("--no-huge");
  if (options.card != nullptr) {
    command.insert(command.end(), {"--card", "unix:" + options.card->registers().string()});
  }
  if (options.managed) {
    command.insert(command.end(), {"--management", management_socket(lab).string()});
  }
  if (!options.management_user.empty()) {
    command.insert(command.end(), {"--management-user", options.management_user});
  }
  command.insert(command.begin(), options.runner.begin(), options.runner.end());
  if (options.real_time && real_time_priority_allowed()) {
    command.insert(command.begin(), {"chrt", "--fifo", "1"});
  }
  Process process{lab.box(), command, lab.run().directory() / "dataplane.log"};
  if (!process.wait_for_output("ready", start_patience)) {
    throw LabError("sekimori-dataplane does not start: " + process.output());
  }
  return process;
}

StatsReader open_statistics(const std::string& instance) {
  auto reader = StatsReader::open(instance);
  if (!reader) {
    throw LabError("statistics of the dataplane: " + reader.error());
  }
  return std::move(*reader);
}

}  // namespace

fs::path program_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

Dataplane::Dataplane(const Lab& lab, const std::string& policy, const DataplaneOptions& options)
    : policy_path_(policy_file(lab)),
      process_(start(lab, policy_path_, policy, options)),
      reader_(open_statistics(lab.run().name())) {
  if (options.card != nullptr && !wait_for_card()) {
    throw LabError("the dataplane's card does not answer: " + process_.output());
  }
}

bool Dataplane::reload(const std::string& policy) {
  const std::uint64_t generation = reader_.snapshot().policy_generation;
  const std::size_t said = process_.output().size();
  write_policy(policy_path_, policy);
  process_.signal(SIGHUP);
  bool accepted = false;
  const bool answered = wait_until(seconds{10}, [&] {
    accepted = reader_.snapshot().policy_generation > generation;
    return accepted ||
           process_.output().find("the policy in force stays", said) != std::string::npos;
  });
  if (!answered) {
    throw LabError("the dataplane does not answer SIGHUP: " + process_.output());
  }
  return accepted;
}

bool Dataplane::wait_for_card() const {
  return wait_until(start_patience, [&] {
    const StatsSnapshot now = snapshot();
    return now.card_policy_id == now.policy_id;
  });
}

std::uint64_t Dataplane::counter(Counter which) const {
  return totals().counters[static_cast<std::size_t>(which)];
}

std::uint64_t Dataplane::drops(DropReason which) const {
  return totals().drops[static_cast<std::size_t>(which)];
}

bool Dataplane::wait_for(Counter which, std::uint64_t value, milliseconds at_most) const {
  return wait_until(at_most, [&] { return counter(which) >= value; });
}

std::string Dataplane::report() const {
  const WorkerStats stats = totals();
  std::ostringstream text;
  const auto list = [&text](const auto& numbers, const auto& names, const char* kind) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] != 0) {
        text << kind << names[i].name << " " << numbers[i] << "\n";
      }
    }
  };
  list(stats.verdicts, verdict_texts, "verdict ");
  list(stats.drops, drop_reason_texts, "drop ");
  list(stats.counters, counter_texts, "");
  text << "transmit_lost_packets " << stats.transmit_lost_packets << "\n";
  return text.str();
}

int Dataplane::stop() {
  return process_.stop(SIGTERM, seconds{10});
}

fs::path policy_file(const Lab& lab) {
  return lab.run().directory() / "policy.toml";
}

fs::path management_socket(const Lab& lab) {
  return lab.run().directory() / "management.sock";
}

std::string policy_for_server(std::string_view syn_mode, std::string_view more) {
  std::ostringstream text;
  text << "[[object]]\nname = \"server\"\nprefixes = [\"" << Lab::server_ipv4 << "\", \""
       << Lab::server_ipv6 << "\"]\nsyn = \"" << syn_mode << "\"\n"
       << more;
  return text.str();
}

}  // namespace sekimori::lab
