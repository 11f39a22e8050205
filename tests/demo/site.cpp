#include "tests/demo/site.hpp"

#include <string>

#include "tests/support/flood_syn.hpp"

namespace sekimori::demo {

void leave_unprotected(const lab::Lab& lab) {
  lab.server().set_sysctl("net.ipv4.tcp_syncookies", "0");
  lab.server().set_sysctl("net.ipv4.tcp_max_syn_backlog", "256");
  lab.server().set_sysctl("net.core.somaxconn", std::to_string(server_queue));
  // Visitors are new to the server; those whose round-trip times it remembers have a quarter of the
  // places to themselves.
  lab.server().set_sysctl("net.ipv4.tcp_no_metrics_save", "1");
  lab.server().ip(std::string("route add ") + lab::spoofed_sources + " via " +
                  lab::Lab::client_ipv4);
}

std::vector<std::string> add_tenants(const lab::Lab& lab, int count) {
  std::vector<std::string> addresses;
  for (int last = 1; last <= count; ++last) {
    addresses.push_back("10.77.1." + std::to_string(last));
    lab.server().ip("addr add " + addresses.back() + "/32 dev " + lab.server_port().interface);
  }
  lab.client().ip("route add 10.77.1.0/24 dev " + lab.client_port().interface);
  return addresses;
}

std::vector<lab::Endpoint> add_clients(const lab::Lab& lab, int first, int count) {
  std::vector<lab::Endpoint> clients;
  for (int last = first; last < first + count; ++last) {
    const std::string address = "10.77.0." + std::to_string(last);
    lab.client().ip("addr add " + address + "/24 dev " + lab.client_port().interface);
    clients.emplace_back(address, 0);
  }
  return clients;
}

}  // namespace sekimori::demo
