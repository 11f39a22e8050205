#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/defence.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

// The record of one incident: what operators, tenants and programs are shown. Times are Unix
// milliseconds.

// Every entry is X(name, text).
#define SEKIMORI_INCIDENT_KINDS(X)                                                    \
  X(syn_flood_spoofed, "SYN flood from forged sources")                               \
  X(syn_flood_real, "SYN flood from real sources")                                    \
  X(ack_flood, "ACK flood")                                                           \
  X(rst_flood, "RST flood")                                                           \
  X(fin_flood, "FIN flood")                                                           \
  X(udp_flood, "UDP flood")                                                           \
  X(amplification, "amplification")                                                   \
  X(icmp_flood, "ICMP flood")                                                         \
  X(fragment_flood, "flood of IP fragments")                                          \
  X(dns_query_flood, "flood of DNS queries")                                          \
  X(connection_flood, "flood of connections from real sources")                       \
  X(carpet_bombing, "carpet bombing: an attack spread thinly over many destinations") \
  X(link_down, "no attack: the link is down")                                         \
  X(server_not_answering, "no attack: the server does not answer")                    \
  X(policy_change, "no attack: the policy was changed just before")                   \
  X(unknown, "not known: no kind's criteria are met")

#define SEKIMORI_ENUMERATOR(name, text) name,
enum class IncidentKind : std::uint8_t { SEKIMORI_INCIDENT_KINDS(SEKIMORI_ENUMERATOR) };
#undef SEKIMORI_ENUMERATOR

struct IncidentKindText {
  std::string_view name;
  std::string_view text;
};
#define SEKIMORI_TEXT(name, text) IncidentKindText{#name, text},
inline constexpr std::array incident_kind_texts{SEKIMORI_INCIDENT_KINDS(SEKIMORI_TEXT)};
#undef SEKIMORI_TEXT

/// One line of the table by which a kind is recognised.
struct Criterion {
  std::string what;    ///< "share of SYNs in all packets"
  std::string wanted;  ///< "at least 80 %"
  std::string found;   ///< "97 %"
  bool met = false;
};

/// A kind that was looked at, with its criteria. It is recognised when all are met.
struct Candidate {
  IncidentKind kind = IncidentKind::unknown;
  std::vector<Criterion> criteria;
};

struct Diagnosis {
  IncidentKind kind = IncidentKind::unknown;
  std::string protocol;  ///< of amplification: "DNS", "NTP", ..
  std::vector<Candidate> candidates;
};

/// What is judged together: an object, the objects within a prefix, all objects of a tenant, or
/// the box with its links.
enum class Level : std::uint8_t { object, prefix, tenant, box };
inline constexpr std::array<std::string_view, 4> level_names{"object", "prefix", "tenant", "box"};

struct Subject {
  Level level = Level::object;
  std::string name;  ///< the object's, the prefix, the tenant's, or "outside link"

  friend auto operator<=>(const Subject&, const Subject&) = default;
  friend bool operator==(const Subject&, const Subject&) = default;
};

/// A part of what the samples show, such as a port or a source. Shares are of 1.
struct Share {
  std::string what;
  double share = 0;
};

enum class ActionState : std::uint8_t {
  would_have,  ///< monitor only
  waiting,     ///< for an operator's approval
  in_force,
  ended,
  rejected,  ///< by an operator
  impossible,
};
inline constexpr std::array<std::string_view, 6> action_state_names{
    "would-have", "waiting", "in-force", "ended", "rejected", "impossible"};

/// A step of the ladder that was taken, or would have been.
struct ActionRecord {
  std::uint64_t id = 0;  ///< unique for the life of the store
  Step step{};
  ActionState state{};
  std::string object;
  Vector vector{};
  std::string what;      ///< "SYN mode proxy for all TCP ports"
  std::string reason;    ///< why this step and no other
  std::string evidence;  ///< the figures behind it
  std::string expected;  ///< the effect it should have
  std::string real;      ///< the effect it had; empty until known
  std::uint64_t began_ms = 0;
  std::optional<std::uint64_t> ended_ms;
};

struct TimelineEntry {
  std::uint64_t at_ms = 0;
  std::string text;
};

/// How an object of a tenant fares during the incident.
struct ObjectState {
  std::string object;
  std::string tenant;  ///< empty: nobody's
};

struct SampledPacket {
  std::uint64_t at_ms = 0;
  std::string summary;  ///< "198.51.100.7:1025 > 192.0.2.10:80 TCP SYN, 60 bytes"
  std::string fate;     ///< "reply", "drop cookie_invalid"
  std::string hex;
};

struct Incident {
  std::uint64_t id = 0;  ///< unique for the life of the store
  Subject subject;
  std::string tenant;
  std::vector<Vector> vectors;                ///< that are above their thresholds, worst first
  std::uint64_t first_abnormal_ms = 0;        ///< begin of the first second above a threshold
  std::uint64_t recorded_ms = 0;              ///< when this record came to be
  std::optional<std::uint64_t> mitigated_ms;  ///< when the first measure was in force
  std::optional<std::uint64_t> ended_ms;
  double peak_rate = 0;  ///< of the first of `vectors`, in its unit
  double threshold = 0;  ///< that it passed
  Diagnosis diagnosis;
  std::vector<ObjectState> affected;
  /// Objects shown not to be: their own rates stay below all thresholds and what passes to them has
  /// not fallen. At most `max_listed`, and how many there are in all.
  std::vector<ObjectState> unaffected;
  std::uint32_t unaffected_count = 0;
  std::vector<Share> sources;  ///< of the samples; proved ones are marked so
  std::vector<Share> ports;    ///< destination ports with their protocol
  std::vector<Share> shapes;   ///< "TCP SYN, 60 bytes, TTL 64"
  std::vector<SampledPacket> samples;
  std::vector<ActionRecord> actions;
  std::vector<TimelineEntry> timeline;
  std::vector<std::string> next_steps;

  static constexpr std::size_t max_listed = 20;
};

}  // namespace sekimori
