#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sekimori {

// The one list of what can become of a packet and of what is counted. Everything that names a
// verdict, a drop reason or a counter (statistics, JSON, documents, tests) takes the name from
// here.
//
// Every entry is X(name, text). `docs/PACKET_PATH.md` describes each, and a test holds the two
// together.

/// What the pipeline decides about a packet. Each packet gets exactly one.
#define SEKIMORI_VERDICTS(X)                                                 \
  X(forward, "sent on through the other port")                               \
  X(reply, "rewritten in place and sent back through the port it came from") \
  X(hold, "copied, to be sent when the server's handshake is complete")      \
  X(drop, "discarded for one named reason")

/// Why a packet was dropped.
#define SEKIMORI_DROP_REASONS(X)                                                               \
  /* Headers that no correct sender produces. */                                               \
  X(frame_truncated, "frame ends inside its Ethernet or VLAN header")                          \
  X(ip_truncated, "frame ends before the IP packet does")                                      \
  X(ip_header_invalid, "IP version or header length is wrong")                                 \
  X(ip_checksum, "IPv4 header checksum is wrong")                                              \
  X(ip_options_invalid, "IPv4 option list is malformed or carries a source route")             \
  X(ip_source_invalid, "source address cannot be a sender's")                                  \
  X(ipv6_extension_invalid, "IPv6 extension header is malformed or out of place")              \
  X(fragment_invalid, "fragment has an impossible length or offset")                           \
  X(fragment_tiny, "first fragment does not hold the whole transport header")                  \
  X(land, "source and destination address are the same")                                       \
  X(tcp_header_invalid, "TCP header is cut short or its data offset is wrong")                 \
  X(tcp_checksum, "TCP checksum is wrong")                                                     \
  X(tcp_options_invalid, "TCP option list is malformed")                                       \
  X(tcp_flags_invalid, "TCP flags form a combination that no stack sends")                     \
  X(tcp_port_zero, "TCP source or destination port is 0")                                      \
  X(udp_length, "UDP length does not fit the packet")                                          \
  X(udp_checksum, "UDP checksum is wrong")                                                     \
  X(icmp_truncated, "ICMP message is shorter than its header")                                 \
  X(icmp_checksum, "ICMP checksum is wrong")                                                   \
  X(unparsed, "headers lie beyond what the parser reads, and the policy drops such")           \
  X(metadata_invalid, "metadata are cut short, of another version or not the card's")          \
  X(syn_reported, "SYN that the card has answered, and that was here to be counted")           \
  /* The policy says no. */                                                                    \
  X(ethertype_refused, "EtherType is one that the policy does not pass")                       \
  X(unprotected, "destination belongs to no object, and the policy drops such")                \
  X(source_blocked, "source is on a block list")                                               \
  X(fragment_refused, "object accepts no fragments")                                           \
  /* A measure says no. */                                                                     \
  X(destination_given_up, "destination is given up for a time, to spare others")               \
  /* A limit of the object is reached. */                                                      \
  X(limit_total, "object's limit for all its traffic is reached")                              \
  X(limit_tcp, "object's limit for TCP is reached")                                            \
  X(limit_udp, "object's limit for UDP is reached")                                            \
  X(limit_icmp, "object's limit for ICMP is reached")                                          \
  X(limit_fragment, "object's limit for fragments is reached")                                 \
  X(limit_other, "object's limit for other protocols is reached")                              \
  /* TCP authentication and splicing. */                                                       \
  X(cookie_invalid, "acknowledges no cookie of ours and belongs to no connection")             \
  X(connection_unknown, "TCP segment belongs to no connection and opens none")                 \
  X(syn_first, "first SYN of a source that must show that it retransmits")                     \
  X(syn_too_soon, "SYN was repeated faster than a TCP stack retransmits")                      \
  X(syn_ack_unsolicited, "SYN-ACK answers no SYN from inside")                                 \
  X(source_proved, "packet has proved its source and is not for the server")                   \
  X(source_unproved, "segment of no connection from a source that has proved nothing")         \
  X(reply_limited, "answer would exceed the replies allowed to one address")                   \
  X(creation_limited, "object's new connections per second are reached")                       \
  X(flow_table_full, "no room for another connection")                                         \
  X(handshake_table_full, "no room for another handshake with a server")                       \
  X(hold_full, "early data beyond what is held for a connection")                              \
  X(handshake_pending, "repeats an acknowledgement while the server's handshake is under way") \
  X(segment_unexpected, "segment does not fit the state of its connection")                    \
  X(icmp_unmatched, "ICMP error quotes a TCP segment of no connection")

/// Counters beside the verdicts and drop reasons. Gauges are marked in their text.
#define SEKIMORI_COUNTERS(X)                                                        \
  X(received_outside_packets, "packets received on the outside port")               \
  X(received_outside_bytes, "bytes received on the outside port")                   \
  X(received_inside_packets, "packets received on the inside port")                 \
  X(received_inside_bytes, "bytes received on the inside port")                     \
  X(sent_outside_packets, "packets handed to the outside port")                     \
  X(sent_outside_bytes, "bytes handed to the outside port")                         \
  X(sent_inside_packets, "packets handed to the inside port")                       \
  X(sent_inside_bytes, "bytes handed to the inside port")                           \
  X(checksum_completed, "partial checksums of virtual ports completed in software") \
  X(syn_received, "SYNs received from outside for a protected object")              \
  X(syn_ack_sent, "SYN-ACKs with a cookie sent in answer")                          \
  X(syn_forwarded, "SYNs that were let through to a server")                        \
  X(cookie_valid, "segments that proved their source with a cookie")                \
  X(rst_sent, "RSTs sent in either direction")                                      \
  X(source_authenticated, "sources entered as authenticated")                       \
  X(sources, "gauge: authenticated sources in the table")                           \
  X(flow_created, "connections entered")                                            \
  X(flow_established, "connections whose server handshake was completed")           \
  X(flow_removed, "connections removed after their end or their idle time")         \
  X(flow_refused, "connections whose server refused them")                          \
  X(flows, "gauge: connections in the table")                                       \
  X(handshake_retransmitted, "SYNs to a server sent again")                         \
  X(handshake_given_up, "connections given up because the server did not answer")   \
  X(handshakes, "gauge: handshakes with servers under way")                         \
  X(hold_released, "held segments sent on to the server")                           \
  X(hold_discarded, "held segments discarded with their connection")                \
  X(backend_learned, "server profiles entered or changed")                          \
  X(icmp_translated, "ICMP errors whose quoted segment was translated")             \
  X(generated_outside, "packets of our own sent outside, besides replies")          \
  X(generated_inside, "packets of our own sent inside, besides replies")            \
  X(generated_lost, "packets of our own for which the outbox had no room")          \
  X(card_marked, "packets with metadata, on a port with a card in front")           \
  X(card_unmarked, "packets without metadata there, left to software alone")        \
  X(card_cookie_valid, "cookies that the card has checked in software's place")     \
  X(card_syn_answered, "SYNs that the card has answered")                           \
  X(card_syn_ack_sent, "SYN-ACKs of the card that were sent back for it")           \
  X(card_dns_matched, "DNS names that end in a suffix of the card's table")         \
  X(handover_lost, "packets that the worker of their flow had no room to take over")

#define SEKIMORI_ENUMERATOR(name, text) name,
#define SEKIMORI_ONE(name, text) +1

enum class Verdict : std::uint8_t { SEKIMORI_VERDICTS(SEKIMORI_ENUMERATOR) };
enum class DropReason : std::uint8_t { SEKIMORI_DROP_REASONS(SEKIMORI_ENUMERATOR) };
enum class Counter : std::uint8_t { SEKIMORI_COUNTERS(SEKIMORI_ENUMERATOR) };

inline constexpr std::size_t verdict_count = 0 SEKIMORI_VERDICTS(SEKIMORI_ONE);
inline constexpr std::size_t drop_reason_count = 0 SEKIMORI_DROP_REASONS(SEKIMORI_ONE);
inline constexpr std::size_t counter_count = 0 SEKIMORI_COUNTERS(SEKIMORI_ONE);

#undef SEKIMORI_ENUMERATOR
#undef SEKIMORI_ONE

struct OutcomeText {
  std::string_view name;
  std::string_view text;
};

#define SEKIMORI_TEXT(name, text) OutcomeText{#name, text},
inline constexpr std::array<OutcomeText, verdict_count> verdict_texts{
    {SEKIMORI_VERDICTS(SEKIMORI_TEXT)}};
inline constexpr std::array<OutcomeText, drop_reason_count> drop_reason_texts{
    {SEKIMORI_DROP_REASONS(SEKIMORI_TEXT)}};
inline constexpr std::array<OutcomeText, counter_count> counter_texts{
    {SEKIMORI_COUNTERS(SEKIMORI_TEXT)}};
#undef SEKIMORI_TEXT

}  // namespace sekimori
