#include "tests/system/port_box.hpp"

#include <signal.h>

#include <fstream>

#include "tests/support/dataplane.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

// Written beside the old one and renamed, so that no reader finds half a policy.
std::filesystem::path write_policy(const std::filesystem::path& path, const std::string& policy) {
  const std::filesystem::path fresh = path.string() + ".new";
  std::ofstream file{fresh};
  file << policy << std::flush;
  if (!file) throw_errno("write " + fresh.string());
  std::filesystem::rename(fresh, path);
  return path;
}

std::vector<std::string> command(const std::string& instance, const std::string& policy_path,
                                 const PortBoxSettings& settings) {
  std::vector<std::string> words{(program_folder() / "sekimori-dataplane").string(),
                                 "--policy",
                                 policy_path,
                                 "--outside",
                                 settings.outside,
                                 "--inside",
                                 settings.inside,
                                 "--instance",
                                 instance,
                                 "--no-huge"};
  words.insert(words.end(), settings.more_flags.begin(), settings.more_flags.end());
  return words;
}

}  // namespace

PortBox::PortBox(const Run& run, const Namespace& where, const PortBoxSettings& settings)
    : instance_(run.name() + "-" + settings.label),
      policy_path_(settings.policy_path.empty()
                       ? write_policy(run.directory() / (settings.label + ".toml"), settings.policy)
                       : std::filesystem::path{settings.policy_path}),
      process_(
          where, command(instance_, policy_path_, settings),
          run.directory() / ((settings.log.empty() ? settings.label : settings.log) + ".log")) {}

bool PortBox::is_ready() {
  return process_.wait_for_output("ready ", patience);
}

StatsReader PortBox::open_statistics() const {
  auto reader = StatsReader::open(instance_);
  if (!reader) throw LabError("statistics: " + reader.error());
  return std::move(*reader);
}

bool PortBox::has_statistics() const {
  return StatsReader::open(instance_).has_value();
}

std::uint64_t PortBox::counter(Counter which) const {
  return statistics().total().counters[static_cast<std::size_t>(which)];
}

bool PortBox::wait_for(Counter which, std::uint64_t value) const {
  return wait_until(patience, [&] { return counter(which) >= value; });
}

void PortBox::reload(const std::string& policy) {
  write_policy(policy_path_, policy);
  process_.signal(SIGHUP);
}

int PortBox::stop() {
  return process_.stop(SIGTERM, patience);
}

}  // namespace sekimori::lab
