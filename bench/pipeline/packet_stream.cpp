#include "bench/pipeline/packet_stream.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

constexpr std::size_t ip_offset = sizeof(EthernetHeader);

}  // namespace

void PacketStream::add(std::span<const std::uint8_t> frame) {
  if (frame_.empty()) {
    frame_.assign(frame.begin(), frame.end());
    const bool ipv4 = header_at<EthernetHeader>(frame.data()).type.host() == ethertype::ipv4;
    source_offset_ = ipv4 ? ip_offset + offsetof(Ipv4Header, source)
                          : ip_offset + offsetof(Ipv6Header, source) + 4;
    ip_checksum_offset_ = ipv4 ? ip_offset + offsetof(Ipv4Header, checksum) : 0;
    tcp_offset_ = ip_offset + (ipv4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header));
  }
  const auto& tcp = header_at<TcpHeader>(frame.data() + tcp_offset_);
  variations_.push_back({
      .source = load<be32>(frame.data() + source_offset_),
      .sequence = tcp.sequence,
      .acknowledgement = tcp.acknowledgement,
      .source_port = tcp.source_port,
      .tcp_checksum = tcp.checksum,
      .ip_checksum =
          ip_checksum_offset_ != 0 ? load<be16>(frame.data() + ip_checksum_offset_) : be16{},
  });
}

void PacketStream::shuffle() {
  std::mt19937 repeatable{1};
  std::ranges::shuffle(variations_, repeatable);
}

void PacketStream::fill(std::span<rte_mbuf*> packets) {
  const auto length = static_cast<std::uint16_t>(frame_.size());
  for (rte_mbuf* packet : packets) {
    const Variation& variation = variations_[next_];
    if (++next_ == variations_.size()) next_ = 0;
    auto* data = rte_pktmbuf_mtod(packet, std::uint8_t*);
    std::memcpy(data, frame_.data(), length);
    store(data + source_offset_, variation.source);
    if (ip_checksum_offset_ != 0) store(data + ip_checksum_offset_, variation.ip_checksum);
    auto& tcp = header_at<TcpHeader>(data + tcp_offset_);
    tcp.source_port = variation.source_port;
    tcp.sequence = variation.sequence;
    tcp.acknowledgement = variation.acknowledgement;
    tcp.checksum = variation.tcp_checksum;
    packet->data_len = length;
    packet->pkt_len = length;
  }
}

}  // namespace sekimori::bench
