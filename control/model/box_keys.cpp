#include <array>

#include "control/model/key_binding.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t minute_s = 60;
constexpr std::uint64_t hour_s = 60 * minute_s;
constexpr std::uint64_t day_s = 24 * hour_s;
constexpr std::uint64_t second_ms = 1'000;
constexpr std::uint64_t minute_ms = 60 * second_ms;
constexpr std::uint64_t max_table_entries = 1ULL << 28;

constexpr std::array box_keys{
    key<&BoxPolicy::unprotected>(
        {.name = "unprotected",
         .text = "What becomes of traffic whose destination belongs to no object.",
         .example = R"("drop")",
         .fallback = index_of(Action::pass),
         .choices = action_names}),
    key<&BoxPolicy::unknown_ethertype>(
        {.name = "unknown_ethertype",
         .text = "What becomes of frames that are neither IPv4 nor IPv6, such as LLDP. ARP always "
                 "passes, as IPv6 neighbour discovery does, or the two sides could not find each "
                 "other.",
         .example = R"("drop")",
         .fallback = index_of(Action::pass),
         .choices = action_names}),
    key<&BoxPolicy::allow>(
        {.name = "allow",
         .text = "Sources that need not authenticate themselves and meet no limits, such as "
                 "monitoring or a partner. The object's own lists are asked first, then these; in "
                 "each the longest prefix of allow and block wins.",
         .example = R"(["192.0.2.0/24"])"}),
    key<&BoxPolicy::block>(
        {.name = "block",
         .text = "Sources whose packets to any object are dropped (source_blocked), unless the "
                 "object's own lists say otherwise.",
         .example = R"(["198.51.100.7", "2001:db8:bad::/48"])"}),
    key<&BoxPolicy::management>(
        {.name = "management",
         .text = "Where the site is managed from. No measure ever blocks these sources, whatever "
                 "the samples say, and no list may. That they need not authenticate themselves is "
                 "said in allow.",
         .example = R"(["192.0.2.0/28"])"}),
    key<&BoxPolicy::reply_limit_pps>(
        {.name = "reply_limit",
         .text = "Answers of our own (SYN-ACK, RST) that one address may get each second, so that "
                 "a flood with a forged source is not reflected at whom it names. 0 means no "
                 "limit.",
         .example = R"("1k")",
         .unit = Unit::packets_per_s,
         .minimum = 0,
         .maximum = 1'000'000,
         .fallback = 1'000}),
};

constexpr std::array authentication_keys{
    key<&AuthenticationPolicy::lifetime_s>(
        {.name = "lifetime",
         .text = "How long a source stays authenticated after it has proved itself in the modes "
                 "reset, bad-ack and retransmit.",
         .example = R"("10m")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = 7 * day_s,
         .fallback = 10 * minute_s}),
    key<&AuthenticationPolicy::retransmit_min_ms>(
        {.name = "retransmit_min",
         .text = "Mode retransmit: a SYN that is repeated sooner than this is no TCP stack's "
                 "retransmission (RFC 6298 starts at one second) and is dropped.",
         .example = R"("300ms")",
         .unit = Unit::milliseconds,
         .minimum = 1,
         .maximum = minute_ms,
         .fallback = 300}),
    key<&AuthenticationPolicy::retransmit_max_ms>(
        {.name = "retransmit_max",
         .text = "Mode retransmit: a SYN that is repeated later than this counts as a first one.",
         .example = R"("10s")",
         .unit = Unit::milliseconds,
         .minimum = 1,
         .maximum = 10 * minute_ms,
         .fallback = 10 * second_ms}),
};

constexpr std::array timeout_keys{
    key<&TimeoutPolicy::established_s>(
        {.name = "established",
         .text = "A connection without a packet for this long is forgotten.",
         .example = R"("1h")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = 7 * day_s,
         .fallback = hour_s}),
    key<&TimeoutPolicy::half_closed_s>(
        {.name = "half_closed",
         .text = "The same for a connection that one side has closed.",
         .example = R"("5m")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = day_s,
         .fallback = 5 * minute_s}),
    key<&TimeoutPolicy::closed_s>(
        {.name = "closed",
         .text = "How long a connection that both sides have closed, or that was reset, is kept "
                 "for late segments.",
         .example = R"("10s")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = hour_s,
         .fallback = 10}),
    key<&TimeoutPolicy::server_syn_ms>(
        {.name = "server_syn",
         .text = "Mode proxy: how long the server may take to answer our SYN before it is sent "
                 "again; the time doubles with every repetition.",
         .example = R"("1s")",
         .unit = Unit::milliseconds,
         .minimum = 50,
         .maximum = minute_ms,
         .fallback = second_ms}),
    key<&TimeoutPolicy::server_syn_retries>(
        {.name = "server_syn_retries",
         .text = "Mode proxy: how often our SYN to the server is repeated before the connection "
                 "is given up and the client gets a RST.",
         .example = "4",
         .minimum = 0,
         .maximum = 10,
         .fallback = 4}),
};

constexpr std::array table_keys{
    key<&TablePolicy::flows>({.name = "flows",
                              .text = "Connections.",
                              .example = "4194304",
                              .minimum = 1,
                              .maximum = max_table_entries,
                              .fallback = 1U << 20}),
    key<&TablePolicy::handshakes>({.name = "handshakes",
                                   .text = "Handshakes with servers that are under way at once.",
                                   .example = "65536",
                                   .minimum = 1,
                                   .maximum = max_table_entries,
                                   .fallback = 1U << 16}),
    key<&TablePolicy::hold_segments>(
        {.name = "hold_segments",
         .text = "Segments of early data, held until the server's handshake is complete.",
         .example = "8192",
         .minimum = 1,
         .maximum = max_table_entries,
         .fallback = 1U << 13}),
    key<&TablePolicy::hold_segments_per_flow>({.name = "hold_segments_per_flow",
                                               .text = "How many of them one connection may have.",
                                               .example = "10",
                                               .minimum = 1,
                                               .maximum = 1'024,
                                               .fallback = 10}),
    key<&TablePolicy::sources>({.name = "sources",
                                .text = "Authenticated sources (IPv4 addresses and IPv6 /64).",
                                .example = "4194304",
                                .minimum = 1,
                                .maximum = max_table_entries,
                                .fallback = 1U << 20}),
    key<&TablePolicy::backends>(
        {.name = "backends",
         .text = "Servers (address and port) whose TCP options have been learned.",
         .example = "65536",
         .minimum = 1,
         .maximum = max_table_entries,
         .fallback = 1U << 16}),
    key<&TablePolicy::objects>(
        {.name = "objects",
         .text = "Objects that have a name in this policy or had one in any earlier policy since "
                 "the dataplane was started; each keeps its meters.",
         .example = "16384",
         .minimum = 1,
         .maximum = PolicyBounds::max_objects,
         .fallback = 4'096}),
};

}  // namespace

template <>
std::span<const Key<BoxPolicy>> keys_of() {
  return box_keys;
}

template <>
std::span<const Key<AuthenticationPolicy>> keys_of() {
  return authentication_keys;
}

template <>
std::span<const Key<TimeoutPolicy>> keys_of() {
  return timeout_keys;
}

template <>
std::span<const Key<TablePolicy>> keys_of() {
  return table_keys;
}

}  // namespace sekimori
