#include "tests/support/sample_incident.hpp"

namespace sekimori::test {
namespace {

constexpr std::uint64_t began_ms = 1'795'659'601'000;  // 2026-11-26 02:20:01 UTC

Diagnosis flood_diagnosis() {
  return {
      .kind = IncidentKind::syn_flood_spoofed,
      .protocol = "",
      .candidates = {
          {.kind = IncidentKind::udp_flood,
           .criteria = {{"share of UDP in all packets", "at least 80 %", "0.1 %", false},
                        {"UDP packets/s above the threshold", "yes", "no", false}}},
          {.kind = IncidentKind::syn_flood_spoofed,
           .criteria = {{"SYNs/s above the threshold", "yes", "yes", true},
                        {"share of SYNs in all packets", "at least 80 %", "97 %", true},
                        {"handshakes that are completed, of all SYN cookies sent during the last "
                         "second",
                         "at most 5 %", "0.2 %", true},
                        {"different sources in 1,000 samples", "at least 500",
                         "998, of which 3 proved themselves", true}}},
          {.kind = IncidentKind::syn_flood_real,
           .criteria = {{"SYNs/s above the threshold", "yes", "yes", true},
                        {"share of SYNs in all packets", "at least 80 %", "97 %", true},
                        {"handshakes that are completed", "at least 50 %", "0.2 %", false}}}}};
}

std::vector<ActionRecord> flood_actions() {
  return {
      {.id = 11,
       .step = Step::authenticate,
       .state = ActionState::in_force,
       .object = "web-042",
       .vector = Vector::syn,
       .what = "SYN mode proxy for all TCP ports",
       .reason = "SYNs are above the threshold, and forged sources cannot answer a cookie",
       .evidence = "152,345 packets/s of SYNs for 300 ms; the threshold is 15,000",
       .expected = "only SYNs of clients that complete the handshake reach the server",
       .real = "SYNs that reach the server fell from 152,345 packets/s to 204 packets/s",
       .began_ms = began_ms + 900,
       .ended_ms = {}},
      {.id = 12,
       .step = Step::give_up,
       .state = ActionState::waiting,
       .object = "web-042",
       .vector = Vector::bits,
       .what = "drop all traffic to 192.0.2.42 for 5 min",
       .reason = "the load endangers others: the line is 94 % full, and no gentler step is left",
       .evidence = "9.41 Gbit/s of 10.0 Gbit/s that the line bears",
       .expected = "the line has room for the other 216 objects; web-042 cannot be reached",
       .real = "",
       .began_ms = began_ms + 12'400,
       .ended_ms = {}},
      {.id = 10,
       .step = Step::block_sources,
       .state = ActionState::would_have,
       .object = "web-042",
       .vector = Vector::syn,
       .what = "block 2 sources for 10 min",
       .reason = "they proved themselves and send 1.2 % of the packets",
       .evidence = "198.51.100.7 and 198.51.100.9: 900 packets/s each",
       .expected = "1,800 packets/s less",
       .real = "",
       .began_ms = began_ms + 700,
       .ended_ms = {}},
  };
}

}  // namespace

Incident flood_incident() {
  Incident incident;
  incident.id = 42;
  incident.subject = {.level = Level::object, .name = "web-042"};
  incident.tenant = "city-042";
  incident.vectors = {Vector::syn, Vector::packets, Vector::bits};
  incident.first_abnormal_ms = began_ms;
  incident.recorded_ms = began_ms + 1'250;
  incident.mitigated_ms = began_ms + 900;
  incident.peak_rate = 152'345;
  incident.threshold = 15'000;
  incident.diagnosis = flood_diagnosis();
  incident.affected = {{.object = "web-042", .tenant = "city-042"}};
  for (int i = 1; i <= 20; ++i) {
    const std::string number = (i < 10 ? "00" : "0") + std::to_string(i);
    incident.unaffected.push_back({.object = "web-" + number, .tenant = "city-" + number});
  }
  incident.unaffected_count = 216;
  incident.sources = {{"198.51.100.7 (proved)", 0.006}, {"998 others, each", 0.001}};
  incident.ports = {{"TCP 443", 0.96}, {"TCP 80", 0.04}};
  incident.shapes = {{"TCP SYN, 60 bytes, TTL 64", 0.97}, {"TCP ACK, 52 bytes, TTL 57", 0.03}};
  incident.samples = {
      {began_ms + 12, "203.0.113.9:1025 > 192.0.2.42:443 TCP SYN, 60 bytes", "reply", "450000"},
      {began_ms + 15,
       "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535 > "
       "[2001:db8:eeee:eeee:eeee:eeee:eeee:eeee]:65535 TCP SYN, 80 bytes",
       "drop cookie_invalid", "600000"}};
  incident.actions = flood_actions();
  incident.timeline = {{began_ms, "SYNs to web-042 pass the threshold"},
                       {began_ms + 300, "web-042: alert"},
                       {began_ms + 900, "web-042: SYN mode proxy is in force"},
                       {began_ms + 1'250, "incident recorded; city-042 and the operators are told"},
                       {began_ms + 12'400, "giving up 192.0.2.42 waits for approval"}};
  incident.next_steps = {
      "Ask the upstream provider to filter SYNs to 192.0.2.42, with the samples below as evidence.",
      "Tell city-042 that its service is slow, not down."};
  return incident;
}

Incident unknown_incident() {
  Incident incident;
  incident.id = 43;
  incident.subject = {.level = Level::prefix, .name = "192.0.2.0/24"};
  incident.vectors = {Vector::other};
  incident.first_abnormal_ms = began_ms;
  incident.recorded_ms = began_ms + 2'100;
  incident.ended_ms = began_ms + 3'661'000;
  incident.peak_rate = 9'000;
  incident.threshold = 4'000;
  incident.diagnosis = {
      .kind = IncidentKind::unknown,
      .protocol = "",
      .candidates = {
          {.kind = IncidentKind::carpet_bombing,
           .criteria = {{"objects above a tenth of their threshold", "at least 20", "3", false},
                        {"the prefix is above its threshold", "yes", "yes", true}}},
          {.kind = IncidentKind::link_down,
           .criteria = {{"link of port outside", "down", "up", false}}}}};
  return incident;
}

}  // namespace sekimori::test
