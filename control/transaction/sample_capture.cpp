#include "control/transaction/sample_capture.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/bytes.hpp"

namespace sekimori {
namespace {

constexpr std::size_t ethernet_bytes = 14;
constexpr std::size_t vlan_bytes = 4;
constexpr std::size_t max_frame_bytes = 16'384;
constexpr std::uint64_t ns_per_second = 1'000'000'000;

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_icmpv6 = 58;

using Bytes = std::vector<std::uint8_t>;

std::uint16_t word(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

/// Where the transport header is, and over which addresses its checksum goes.
struct Transport {
  std::uint8_t protocol = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t addresses = 0;
  std::size_t address_bytes = 0;  ///< of both
};

std::optional<Transport> ipv4_transport(const Bytes& frame, std::size_t ip) {
  constexpr std::size_t least = 20;
  if (frame.size() < ip + least) return std::nullopt;
  const std::size_t header = static_cast<std::size_t>(frame[ip] & 0xf) * 4;
  const std::size_t total = word(frame, ip + 2);
  const bool fragment = (word(frame, ip + 6) & 0x3fff) != 0;
  if (header < least || total < header || ip + total > frame.size() || fragment) {
    return std::nullopt;
  }
  return Transport{.protocol = frame[ip + 9],
                   .begin = ip + header,
                   .end = ip + total,
                   .addresses = ip + 12,
                   .address_bytes = 8};
}

/// Packets with extension headers are left as they are.
std::optional<Transport> ipv6_transport(const Bytes& frame, std::size_t ip) {
  constexpr std::size_t header = 40;
  if (frame.size() < ip + header) return std::nullopt;
  const std::size_t end = ip + header + word(frame, ip + 4);
  if (end > frame.size()) return std::nullopt;
  return Transport{.protocol = frame[ip + 6],
                   .begin = ip + header,
                   .end = end,
                   .addresses = ip + 8,
                   .address_bytes = 32};
}

std::optional<Transport> transport_of(const Bytes& frame) {
  std::size_t at = ethernet_bytes - 2;
  for (int tags = 0; tags <= 2 && frame.size() >= at + 2; ++tags, at += vlan_bytes) {
    switch (word(frame, at)) {
      case 0x0800:
        return ipv4_transport(frame, at + 2);
      case 0x86dd:
        return ipv6_transport(frame, at + 2);
      case 0x8100:
      case 0x88a8:
        continue;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> checksum_offset(const Transport& transport) {
  switch (transport.protocol) {
    case protocol_tcp:
      return 16;
    case protocol_udp:
      return 6;
    case protocol_icmp:
    case protocol_icmpv6:
      return 2;
    default:
      return std::nullopt;
  }
}

/// RFC 1071.
std::uint64_t ones_sum(const Bytes& bytes, std::size_t begin, std::size_t end) {
  std::uint64_t sum = 0;
  for (std::size_t i = begin; i < end; ++i) {
    sum += (i - begin) % 2 == 0 ? static_cast<std::uint64_t>(bytes[i]) << 8 : bytes[i];
  }
  return sum;
}

void mend_checksum(Bytes& frame) {
  const auto transport = transport_of(frame);
  if (!transport) return;
  const auto offset = checksum_offset(*transport);
  if (!offset || transport->begin + *offset + 2 > transport->end) return;
  const std::size_t at = transport->begin + *offset;
  // RFC 768: none was computed.
  if (transport->protocol == protocol_udp && word(frame, at) == 0) return;
  frame[at] = 0;
  frame[at + 1] = 0;
  std::uint64_t sum = ones_sum(frame, transport->begin, transport->end);
  if (transport->protocol != protocol_icmp) {
    sum += ones_sum(frame, transport->addresses, transport->addresses + transport->address_bytes);
    sum += transport->protocol + (transport->end - transport->begin);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  auto checksum = static_cast<std::uint16_t>(~sum);
  if (checksum == 0 && transport->protocol == protocol_udp) checksum = 0xffff;
  frame[at] = static_cast<std::uint8_t>(checksum >> 8);
  frame[at + 1] = static_cast<std::uint8_t>(checksum);
}

bool had_wrong_checksum(const PacketSample& sample) {
  if (sample.verdict != Verdict::drop) return false;
  const std::string_view reason = drop_reason_texts[static_cast<std::size_t>(sample.reason)].name;
  return reason.find("checksum") != std::string_view::npos;
}

/// In the order of this machine, which the magic number tells to readers.
void append_number(std::string& file, std::uint32_t value) {
  file.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

std::string sample_capture(std::span<const PacketSample> samples) {
  std::string file;
  append_number(file, 0xa1b23c4d);  // times in nanoseconds
  append_number(file, 0x00040002);  // version 2.4
  append_number(file, 0);
  append_number(file, 0);
  append_number(file, max_frame_bytes);
  append_number(file, 1);  // Ethernet

  std::vector<const PacketSample*> order;
  for (const PacketSample& sample : samples) order.push_back(&sample);
  std::ranges::stable_sort(order, {}, &PacketSample::unix_ns);
  for (const PacketSample* sample : order) {
    const auto captured = sample->captured();
    Bytes frame{captured.begin(), captured.end()};
    frame.resize(std::clamp<std::size_t>(sample->wire_bytes, frame.size(), max_frame_bytes));
    if (frame.size() > captured.size() && !had_wrong_checksum(*sample)) mend_checksum(frame);
    append_number(file, static_cast<std::uint32_t>(sample->unix_ns / ns_per_second));
    append_number(file, static_cast<std::uint32_t>(sample->unix_ns % ns_per_second));
    append_number(file, static_cast<std::uint32_t>(frame.size()));
    append_number(file, static_cast<std::uint32_t>(frame.size()));
    file.append(frame.begin(), frame.end());
  }
  return file;
}

}  // namespace sekimori
