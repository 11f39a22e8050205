#include "control/cli/stats_commands.hpp"

#include <cstdio>

#include "common/stats_json.hpp"
#include "control/cli/exit_status.hpp"
#include "control/cli/reading.hpp"
#include "control/cli/stats_view.hpp"
#include "control/cli/terminal.hpp"
#include "control/cli/top_view.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t interval_ns = ns_per_s;

int report(const std::string& error) {
  std::fprintf(stderr, "%s\n", error.c_str());
  return exit_failure;
}

}  // namespace

int stats_command(const std::string& instance, bool json) {
  const auto reading = take_reading(instance);
  if (!reading) return report(reading.error());
  const std::string text =
      json ? snapshot_json(reading->snapshot, {.instance = instance,
                                               .writer_alive = reading->writer_alive,
                                               .read_at = reading->at})
                     .dump(2) +
                 "\n"
           : stats_view(instance, *reading);
  std::fputs(text.c_str(), stdout);
  return exit_success;
}

int top_command(const std::string& instance, bool once) {
  auto before = take_reading(instance);
  if (!before) return report(before.error());
  auto terminal = Terminal::open(once);
  if (!terminal) return report(terminal.error());
  for (std::uint64_t next_ns = before->at.monotonic_ns + interval_ns;
       !terminal->wait_until(next_ns); next_ns += interval_ns) {
    auto after = take_reading(instance);
    if (!after) {
      if (once) return report(after.error());
      terminal->show(after.error() + "\n");
      continue;
    }
    if (before) terminal->show(top_view(instance, *before, *after));
    if (once) break;
    before = std::move(after);
  }
  return exit_success;
}

}  // namespace sekimori
