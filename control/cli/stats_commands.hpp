#pragma once

#include <string>

namespace sekimori {

// Each command returns the exit status: 0, or 1 if the statistics cannot be read.

/// `sekictl stats`: totals since the start, as text or as JSON.
[[nodiscard]] int stats_command(const std::string& instance, bool json);

/// `sekictl top`: rates, refreshed every second until q, Ctrl-C or SIGTERM; or of one second with
/// `once`. Without a terminal it prints one view after the other.
[[nodiscard]] int top_command(const std::string& instance, bool once);

}  // namespace sekimori
