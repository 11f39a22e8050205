#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/endpoint.hpp"
#include "tests/support/namespace.hpp"

namespace sekimori::demo {

inline constexpr std::chrono::milliseconds connect_timeout{2000};
/// From connect(2) to the whole response.
inline constexpr std::chrono::milliseconds request_timeout{4000};

struct HttpLoadOptions {
  std::vector<lab::Endpoint> servers;  ///< taken in turn
  std::vector<lab::Endpoint> clients;  ///< local addresses, port 0, taken in turn
  std::uint32_t requests_per_s = 0;
  std::chrono::seconds duration{};
};

struct HttpLoadResult {
  std::uint64_t tried = 0;
  std::uint64_t succeeded = 0;  ///< status 200 and the whole body
  /// By server, in the order of the options.
  std::vector<std::uint64_t> failed;
  /// One number for each try; a connection that never came counts with the whole timeout.
  std::vector<double> connect_ms;
  std::vector<double> request_ms;
};

/// Requests `/` at a steady rate, a new connection of the kernel's TCP for each request, no matter
/// whether the earlier ones were answered. The clients go ahead of the machine's other threads
/// where that is allowed: in reality they have processors of their own, and what is measured is the
/// way of their packets. `go_on` is called about ten times a second; once it says no, nothing more
/// is requested.
HttpLoadResult offer_http_load(const lab::Namespace& where, const HttpLoadOptions& options,
                               const std::function<bool(const HttpLoadResult&)>& go_on);

/// The value below which `percent` of the values lie; 0 when there are none.
double percentile(std::vector<double> values, double percent);

}  // namespace sekimori::demo
