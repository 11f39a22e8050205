#include "bench/pipeline/rows.hpp"

#include <cstddef>

#include "bench/pipeline/traffic.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

/// More sources than any cache holds.
constexpr std::size_t flood_packets = 1U << 20;

constexpr std::size_t usual_flows = 1U << 16;

std::string proxy_policy(std::size_t flows) {
  return "[tables]\nflows = " + std::to_string(flows) +
         "\n"
         "[[object]]\n"
         "name = \"server\"\n"
         "prefixes = [\"192.0.2.10\", \"2001:db8::10\"]\n"
         "syn = \"proxy\"\n";
}

Case flood_row(std::string name, const Flood& flood, Verdict expected) {
  return {.name = std::move(name), .expected = expected, .make = [flood](BenchPorts& ports) {
            auto rig = std::make_unique<Rig>(ports, proxy_policy(usual_flows));
            add_flood(*rig, flood, flood_packets);
            return rig;
          }};
}

/// The client's side of connections that are spliced to the server, in random order.
Case established_row(unsigned exponent) {
  return {.name = "established_2e" + std::to_string(exponent),
          .expected = Verdict::forward,
          .make = [exponent](BenchPorts& ports) {
            const std::size_t flows = std::size_t{1} << exponent;
            // Some room, so that no key finds both its buckets full.
            auto rig = std::make_unique<Rig>(ports, proxy_policy(flows + flows / 4));
            add_established(*rig, flows);
            return rig;
          }};
}

}  // namespace

std::vector<Case> all_cases() {
  // Sizes in names are those on the wire, with the 4 bytes of the FCS.
  std::vector<Case> rows{
      flood_row("synack_v4_64", {.flags = tcp_flag::syn}, Verdict::reply),
      flood_row("synack_v4_78", {.flags = tcp_flag::syn, .options = true}, Verdict::reply),
      flood_row("synack_v6_78", {.family = Family::ipv6, .flags = tcp_flag::syn}, Verdict::reply),
      flood_row("ack_invalid_64", {.flags = tcp_flag::ack}, Verdict::drop),
  };
  for (unsigned exponent = 10; exponent <= 22; exponent += 2) {
    rows.push_back(established_row(exponent));
  }
  return rows;
}

}  // namespace sekimori::bench
