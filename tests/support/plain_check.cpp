#include "tests/support/plain_check.hpp"

#include <vector>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

/// What `parse` says of a frame, which stays as it is.
Headers parsed(const Frame& frame) {
  Bytes copy(frame.data, frame.data + frame.length);
  Frame whole = frame;
  whole.data = copy.data();
  return parse(whole);
}

/// Untagged IPv4 without options or IPv6 without extension headers, a whole segment without fault.
/// A partial checksum has to be completed, which is for `parse`.
bool is_plain(const Headers& h) {
  const std::size_t ip_length =
      h.ethertype == ethertype::ipv4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header);
  return !h.fault && h.kind == Kind::tcp && h.ip_offset == plain_ip_offset &&
         h.transport_offset == plain_ip_offset + ip_length && !h.checksum_completed;
}

/// The name of a field that is not the same in both.
const char* different_field(const TcpOptions& a, const TcpOptions& b) {
  if (a.timestamp_value != b.timestamp_value) return "timestamp_value";
  if (a.timestamp_echo != b.timestamp_echo) return "timestamp_echo";
  if (a.mss != b.mss) return "mss";
  if (a.window_scale != b.window_scale) return "window_scale";
  if (a.sack_permitted_offset != b.sack_permitted_offset) return "sack_permitted_offset";
  if (a.mss_offset != b.mss_offset) return "mss_offset";
  if (a.window_scale_offset != b.window_scale_offset) return "window_scale_offset";
  if (a.timestamps_offset != b.timestamps_offset) return "timestamps_offset";
  if (a.sack_offset != b.sack_offset) return "sack_offset";
  if (a.sack_blocks != b.sack_blocks) return "sack_blocks";
  return nullptr;
}

const char* different_field(const Headers& a, const Headers& b) {
  if (a.kind != b.kind) return "kind";
  if (a.fault != b.fault) return "fault";
  if (a.addressed != b.addressed) return "addressed";
  if (a.protocol != b.protocol) return "protocol";
  if (a.ethertype != b.ethertype) return "ethertype";
  if (a.ip_offset != b.ip_offset) return "ip_offset";
  if (a.transport_offset != b.transport_offset) return "transport_offset";
  if (a.ip_end != b.ip_end) return "ip_end";
  if (a.source_port != b.source_port) return "source_port";
  if (a.destination_port != b.destination_port) return "destination_port";
  if (a.checksum_completed != b.checksum_completed) return "checksum_completed";
  if (a.source != b.source) return "source";
  if (a.destination != b.destination) return "destination";
  if (a.tcp_flags != b.tcp_flags) return "tcp_flags";
  if (a.window != b.window) return "window";
  if (a.payload_offset != b.payload_offset) return "payload_offset";
  if (a.sequence != b.sequence) return "sequence";
  if (a.acknowledgement != b.acknowledgement) return "acknowledgement";
  return different_field(a.options, b.options);
}

/// The columns beside the headers of plain frame i.
const char* wrong_column(const PlainTcp& plain, std::size_t i, const Headers& h) {
  if (plain.source(i) != h.source) return "source()";
  if (plain.destination(i) != h.destination) return "destination()";
  if (plain.source_port(i) != h.source_port) return "source_port()";
  if (plain.destination_port(i) != h.destination_port) return "destination_port()";
  if (plain.tcp_offset(i) != h.transport_offset) return "tcp_offset()";
  if (plain.flags(i) != h.tcp_flags) return "flags()";
  if (plain.sequence(i) != h.sequence) return "sequence()";
  if (plain.acknowledgement(i) != h.acknowledgement) return "acknowledgement()";
  if (plain.tcp_offset(i) + plain.tcp_header_length(i) != h.payload_offset) {
    return "tcp_header_length()";
  }
  if (plain.offers[i] != h.options.offer()) return "offers";
  return different_field(plain.options(i), h.options);
}

/// What is compared of a set: the packets of `about`, where alone it has a meaning.
struct Set {
  const char* name;
  std::uint64_t is;
  std::uint64_t should_be;
  std::uint64_t about;
};

std::optional<std::string> check_sets(const PlainTcp& plain, std::span<const Headers> headers,
                                      std::uint64_t taken) {
  const std::size_t count = headers.size();
  const std::uint64_t pairs = taken & (taken << 1 | 1);
  const auto set_where = [count](std::size_t from, auto&& holds) {
    std::uint64_t set = 0;
    for (std::size_t i = from; i < count; ++i) set |= std::uint64_t{holds(i)} << i;
    return set;
  };
  std::vector<Set> sets;
  using namespace tcp_flag;
  struct Question {
    unsigned mask;
    unsigned flags;
  };
  for (const Question& q : {Question{syn | ack, syn}, Question{syn | rst, 0}, Question{0xff, ack},
                            Question{cwr | ece, cwr}, Question{fin, fin}}) {
    sets.push_back(
        {"with_flags", with_flags(plain, count, q.mask, q.flags),
         set_where(0, [&](auto i) { return (headers[i].tcp_flags & q.mask) == q.flags; }), taken});
  }
  sets.push_back(
      {"source_changes", source_changes(plain, count),
       1 | set_where(1, [&](auto i) { return headers[i].source != headers[i - 1].source; }),
       pairs});
  sets.push_back(
      {"destination_changes", destination_changes(plain, count),
       1 | set_where(1,
                     [&](auto i) { return headers[i].destination != headers[i - 1].destination; }),
       pairs});
  sets.push_back({"same_as_before", same_as_before(plain, count),
                  set_where(1,
                            [&](auto i) {
                              return headers[i].destination == headers[i - 1].destination &&
                                     headers[i].destination_port ==
                                         headers[i - 1].destination_port &&
                                     headers[i].options.offer() == headers[i - 1].options.offer();
                            }),
                  pairs});
  for (const Set& set : sets) {
    const std::uint64_t wrong = (set.is ^ set.should_be) & set.about;
    if (wrong == 0) continue;
    return std::string{set.name} + " is wrong about frame " +
           std::to_string(std::countr_zero(wrong)) + " of " + std::to_string(count);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_plain(std::span<const Frame> frames, PlainTcp& plain) {
  std::vector<Headers> headers;
  std::vector<Bytes> before;
  for (const Frame& frame : frames) {
    headers.push_back(parsed(frame));
    before.emplace_back(frame.data, frame.data + frame.length);
  }
  const auto at = [&](std::size_t i) {
    return "frame " + std::to_string(i) + " of " + std::to_string(frames.size()) + ", " +
           decode_packet(before[i], Side::inside) + ": ";
  };
  const std::uint64_t taken = take_plain(frames, plain);
  if (frames.size() < max_burst && taken >> frames.size() != 0) return "frames that are not there";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (Bytes(frames[i].data, frames[i].data + frames[i].length) != before[i]) {
      return at(i) + "was written to";
    }
    const bool is_taken = (taken >> i & 1) != 0;
    if (is_taken != is_plain(headers[i])) {
      return at(i) + (is_taken ? "is not plain but was taken" : "is plain but was not taken");
    }
    if (!is_taken) continue;
    if (const char* field = different_field(headers_of(plain, i), headers[i])) {
      return at(i) + field + " is not what parse gives";
    }
    if (const char* column = wrong_column(plain, i, headers[i])) {
      return at(i) + column + " is wrong in the columns";
    }
  }
  return check_sets(plain, headers, taken);
}

}  // namespace sekimori::test
