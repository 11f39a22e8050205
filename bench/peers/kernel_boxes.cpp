#include "bench/peers/kernel_boxes.hpp"

#include <fstream>

#include "tests/support/errors.hpp"
#include "tests/support/flood_syn.hpp"
#include "tests/support/process.hpp"

namespace sekimori::bench {
namespace {

using lab::Lab;
using lab::LabError;

constexpr const char* ruleset = R"(table ip sekimori_bench {
  chain before_conntrack {
    type filter hook prerouting priority raw; policy accept;
    iifname "outside" tcp dport 80 tcp flags syn notrack
  }
  chain forwarded {
    type filter hook forward priority filter; policy accept;
    tcp dport 80 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
    ct state invalid drop
  }
}
)";

void nft(const Lab& lab, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"nft"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  lab.box().run([&] { lab::run_command(command); });
}

/// A route to an address behind a port, and the Ethernet address there, so that no ARP is needed.
void add_route(const Lab& lab, const std::string& address, const lab::Port& port,
               const lab::Port& behind) {
  lab.box().ip("route replace " + address + "/32 dev " + port.interface);
  lab.box().ip("neigh replace " + address + " lladdr " + mac_address(behind) + " dev " +
               port.interface + " nud permanent");
}

void add_client_side(const Lab& lab) {
  lab.box().ip("route replace 10.77.0.0/24 dev " + lab.outside_port().interface);
  add_route(lab, Lab::client_ipv4, lab.outside_port(), lab.client_port());
  lab.box().ip(std::string("route replace ") + lab::spoofed_sources + " via " + Lab::client_ipv4 +
               " dev " + lab.outside_port().interface + " onlink");
}

void flush(const Lab& lab) {
  for (const lab::Port& port : {lab.outside_port(), lab.inside_port()}) {
    lab.box().ip("addr flush dev " + port.interface);
    lab.box().ip("route flush dev " + port.interface);
    lab.box().ip("neigh flush nud permanent dev " + port.interface);
  }
}

/// For destructors: what cannot be taken back goes with its namespace.
template <class Work>
void try_to(Work work) {
  try {
    work();
  } catch (const LabError&) {
  }
}

}  // namespace

KernelSynproxy::KernelSynproxy(const Lab& lab) : lab_(lab) {
  const lab::Namespace& box = lab.box();
  // Any address makes the interfaces take part in IPv4; the client and the server find each other
  // by ARP, which the box answers for both.
  box.ip("addr add 10.77.0.254/32 dev " + lab.outside_port().interface);
  box.ip("addr add 10.77.0.253/32 dev " + lab.inside_port().interface);
  add_client_side(lab);
  add_route(lab, Lab::server_ipv4, lab.inside_port(), lab.server_port());
  for (const auto& [key, value] : {std::pair{"net.ipv4.ip_forward", "1"},
                                   {"net.ipv4.conf.all.proxy_arp", "1"},
                                   {"net.ipv4.neigh.outside.proxy_delay", "0"},
                                   {"net.ipv4.neigh.inside.proxy_delay", "0"},
                                   {"net.ipv4.conf.all.rp_filter", "0"},
                                   {"net.ipv4.tcp_syncookies", "1"},
                                   {"net.ipv4.tcp_timestamps", "1"}}) {
    box.set_sysctl(key, value);
  }
  const auto file = lab.run().directory() / "synproxy.nft";
  std::ofstream(file) << ruleset;
  nft(lab, {"-f", file.string()});
  // There only once nftables has brought conntrack into the namespace.
  box.set_sysctl("net.netfilter.nf_conntrack_tcp_loose", "0");
}

KernelSynproxy::~KernelSynproxy() {
  try_to([&] { nft(lab_, {"delete", "table", "ip", "sekimori_bench"}); });
  try_to([&] { lab_.box().set_sysctl("net.ipv4.ip_forward", "0"); });
  try_to([&] { lab_.box().set_sysctl("net.ipv4.conf.all.proxy_arp", "0"); });
  try_to([&] { flush(lab_); });
}

KernelSyncookies::KernelSyncookies(const Lab& lab) : lab_(lab) {
  lab.box().ip(std::string("addr add ") + Lab::server_ipv4 + "/32 dev " +
               lab.outside_port().interface);
  add_client_side(lab);
  lab.box().set_sysctl("net.ipv4.conf.all.rp_filter", "0");
  lab.box().set_sysctl("net.ipv4.tcp_syncookies", "2");
  listener_ = std::make_unique<lab::TcpListener>(lab.box(), lab::Endpoint{Lab::server_ipv4, 80});
}

KernelSyncookies::~KernelSyncookies() {
  listener_.reset();
  try_to([&] { lab_.box().set_sysctl("net.ipv4.tcp_syncookies", "1"); });
  try_to([&] { flush(lab_); });
}

}  // namespace sekimori::bench
