#pragma once

#include <string>
#include <vector>

#include "tests/support/endpoint.hpp"
#include "tests/support/lab.hpp"

namespace sekimori::demo {

/// The server's backlog of listen(2).
inline constexpr int server_queue = 128;

/// A server that nobody prepared for a flood: no SYN cookies, and room for few half-open
/// connections. Its answers to the spoofed sources go toward the outside, where nobody takes them.
void leave_unprotected(const lab::Lab& lab);

/// Gives the server's interface the addresses of `count` tenants, at most 254, and tells the client
/// the way to them.
std::vector<std::string> add_tenants(const lab::Lab& lab, int count);

/// Gives the client's interface `count` more addresses, 10.77.0.`first` and those after it.
std::vector<lab::Endpoint> add_clients(const lab::Lab& lab, int first, int count);

}  // namespace sekimori::demo
