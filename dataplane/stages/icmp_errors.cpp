#include "dataplane/stages/icmp_errors.hpp"

#include <optional>

#include "dataplane/packet/rewrite.hpp"

namespace sekimori {
namespace {

/// What an ICMP error quotes of the packet that it is about.
struct Quoted {
  Address source;
  Address destination;
  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint32_t tcp_offset;  ///< of the quoted TCP header, from the start of the frame
};

/// ICMP guarantees 8 bytes of the transport header (RFC 792), which end with the sequence number.
constexpr std::size_t quoted_transport_bytes = 8;

bool is_error(std::uint8_t type, Family family) {
  if (family == Family::ipv6) return type < 128;  // RFC 4443, section 2.1
  constexpr std::uint8_t destination_unreachable = 3;
  constexpr std::uint8_t source_quench = 4;
  constexpr std::uint8_t redirect = 5;
  constexpr std::uint8_t time_exceeded = 11;
  constexpr std::uint8_t parameter_problem = 12;
  return type == destination_unreachable || type == source_quench || type == redirect ||
         type == time_exceeded || type == parameter_problem;
}

std::optional<Quoted> quoted_tcp(const Frame& frame, const Headers& headers) {
  const std::uint32_t start = headers.transport_offset + std::uint32_t{sizeof(IcmpHeader)};
  const std::uint8_t* at = frame.data + start;
  const std::uint32_t held = headers.ip_end - start;
  Quoted quoted{};
  std::uint32_t header_length = 0;
  if (headers.source.is_ipv4()) {
    if (held < sizeof(Ipv4Header)) return std::nullopt;
    const auto& ip = header_at<Ipv4Header>(at);
    header_length = (ip.version_ihl & 0x0fU) * 4;
    const bool first = (ip.fragment.host() & Ipv4Header::offset_mask) == 0;
    if (ip.version_ihl >> 4 != 4 || header_length < sizeof(Ipv4Header) || !first ||
        ip.protocol != protocol::tcp) {
      return std::nullopt;
    }
    quoted.source = Address::from_ipv4(ip.source);
    quoted.destination = Address::from_ipv4(ip.destination);
  } else {
    if (held < sizeof(Ipv6Header)) return std::nullopt;
    const auto& ip = header_at<Ipv6Header>(at);
    header_length = sizeof(Ipv6Header);
    if (ip.version_class_flow.host() >> 28 != 6 || ip.next_header != protocol::tcp) {
      return std::nullopt;
    }
    quoted.source = Address::from_ipv6(ip.source.data());
    quoted.destination = Address::from_ipv6(ip.destination.data());
  }
  if (held < header_length + quoted_transport_bytes) return std::nullopt;
  quoted.tcp_offset = start + header_length;
  const std::uint8_t* tcp = frame.data + quoted.tcp_offset;
  quoted.source_port = load<be16>(tcp).host();
  quoted.destination_port = load<be16>(tcp + 2).host();
  return quoted;
}

/// An error quotes a packet that went the other way, so from outside it quotes the server's.
FlowKey key_of(const Quoted& quoted, Side from) {
  if (from == Side::outside) {
    return {.client = quoted.destination,
            .server = quoted.source,
            .client_port = quoted.destination_port,
            .server_port = quoted.source_port};
  }
  return {.client = quoted.source,
          .server = quoted.destination,
          .client_port = quoted.source_port,
          .server_port = quoted.destination_port};
}

}  // namespace

void translate_icmp_errors(Burst& burst, StageContext& context) {
  WorkerState& state = context.state;
  for_each_packet(burst.open & burst.of_class(TrafficClass::icmp), [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    Frame& frame = burst.frames[i];
    if (!is_error(frame.data[headers.transport_offset], headers.source.family())) return;
    const auto quoted = quoted_tcp(frame, headers);
    if (!quoted) return;
    const FlowKey key = key_of(*quoted, burst.from);
    const std::uint32_t index = state.flows.find(key.hash(state.flow_key), key);
    if (index == FlowTable::none) {
      const ProtectedObject& object = context.policy.protected_object(burst.object[i]);
      if (burst.from == Side::outside &&
          context.policy.syn_mode(object, key.server_port) == SynMode::proxy) {
        burst.drop(i, DropReason::icmp_unmatched);
      }
      return;
    }
    const Flow& flow = state.flows[index];
    if (flow.state != FlowState::spliced) return;
    // The server's sequence numbers and the client's acknowledgements of them are what differs.
    if (burst.from == Side::outside) {
      translate_quoted(frame, headers, quoted->tcp_offset, -flow.sequence_delta, 0);
    } else {
      translate_quoted(frame, headers, quoted->tcp_offset, 0, flow.sequence_delta);
    }
    context.count(Counter::icmp_translated);
  });
}

}  // namespace sekimori
