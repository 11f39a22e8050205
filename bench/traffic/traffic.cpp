#include "bench/traffic/traffic.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

#include "bench/traffic/frames.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

constexpr std::uint32_t server_isn = 7'000'000;
constexpr std::uint32_t client_numbers = 1U << 24;

/// Goes through all numbers below 2^24, as the factor is odd, with neighbours far apart.
std::uint32_t scattered(std::size_t number) {
  return static_cast<std::uint32_t>(number * 0x9e3779b1U) % client_numbers;
}

Segment flood_segment(const Flood& flood, std::size_t number, std::mt19937& random) {
  Segment segment = client_segment(scattered(number));
  segment.source = client(flood.family, scattered(number));
  segment.destination =
      flood.objects == 0 ? server(flood.family)
                         : protected_address(static_cast<std::uint32_t>(random()) % flood.objects);
  segment.source_port = static_cast<std::uint16_t>(1024 + random() % 60'000U);
  segment.sequence = static_cast<std::uint32_t>(random());
  segment.flags = flood.flags;
  if ((flood.flags & tcp_flag::ack) != 0) {
    segment.acknowledgement = static_cast<std::uint32_t>(random());
  }
  if (flood.options) {
    segment.mss = 1460;
    segment.window_scale = 7;
    segment.sack_permitted = true;
    segment.timestamps = true;
    segment.timestamp_value = 1;
  }
  return segment;
}

/// Brings the options of a SYN, which has all of them, into the order of Linux, with the window
/// scale behind the timestamps. The checksum stays right, as words move by whole words.
void order_as_linux(const Frame& frame, Family family) {
  const std::size_t ip_length = family == Family::ipv4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header);
  std::uint8_t* options = frame.data + sizeof(EthernetHeader) + ip_length + sizeof(TcpHeader);
  constexpr std::size_t mss = 4;
  constexpr std::size_t scale = 4;
  constexpr std::size_t sack_and_timestamps = 12;
  std::rotate(options + mss, options + mss + scale, options + mss + scale + sack_and_timestamps);
}

/// As many connections as a burst has frames, taken together through their handshakes.
class Handshakes {
 public:
  Handshakes(PipelineBed& bed, const PolicyTables& policy, const Now& now)
      : bed_(bed), policy_(policy), now_(now) {}

  /// Client's SYN, our SYN-ACK, client's ACK, our SYN to the server, the server's SYN-ACK. Adds the
  /// client's ACK to the stream so many times.
  void run(std::uint32_t first, std::size_t count, PacketStream& stream, std::size_t packets_each) {
    for (std::size_t i = 0; i < count; ++i) {
      segments_[i] = client_segment(first + static_cast<std::uint32_t>(i));
      segments_[i].flags = tcp_flag::syn;
      frames_[i] = write_frame(buffers_[i], segments_[i]);
    }
    pass(Side::outside, count);
    for (std::size_t i = 0; i < count; ++i) {
      Segment& segment = segments_[i];
      segment.flags = tcp_flag::ack;
      segment.acknowledgement = sequence_of(frames_[i]) + 1;  // behind our cookie
      segment.sequence += 1;
      frames_[i] = write_frame(buffers_[i], segment);
      for (std::size_t n = 0; n < packets_each; ++n) {
        stream.add({frames_[i].data, frames_[i].length});
      }
    }
    pass(Side::outside, count);
    for (std::size_t i = 0; i < count; ++i) {
      frames_[i] = write_frame(buffers_[i], server_answer(segments_[i]));
    }
    pass(Side::inside, count);
  }

 private:
  static std::uint32_t sequence_of(const Frame& frame) {
    return header_at<TcpHeader>(frame.data + sizeof(EthernetHeader) + sizeof(Ipv4Header))
        .sequence.host();
  }

  static Segment server_answer(const Segment& client) {
    return {.source = client.destination,
            .destination = client.source,
            .source_port = client.destination_port,
            .destination_port = client.source_port,
            .sequence = server_isn,
            .acknowledgement = client.sequence,
            .window = 64'000,
            .flags = tcp_flag::syn | tcp_flag::ack,
            .mss = 1460};
  }

  void pass(Side from, std::size_t count) {
    bed_.process(from, std::span{frames_}.first(count), std::span{decisions_}.first(count), policy_,
                 now_);
  }

  PipelineBed& bed_;
  const PolicyTables& policy_;
  Now now_;
  std::array<FrameBuffer, max_burst> buffers_;
  std::array<Segment, max_burst> segments_;
  std::array<Frame, max_burst> frames_;
  std::array<Decision, max_burst> decisions_;
};

}  // namespace

void add_flood(PacketStream& stream, const Flood& flood, std::size_t packets) {
  std::mt19937 random{2};
  FrameBuffer buffer;
  for (std::size_t i = 0; i < packets; ++i) {
    const Frame frame = write_frame(buffer, flood_segment(flood, i, random));
    if (flood.options) order_as_linux(frame, flood.family);
    stream.add({frame.data, frame.length});
  }
}

void add_established(PacketStream& stream, PipelineBed& bed, const PolicyTables& policy,
                     const Now& now, std::size_t connections, std::size_t packets_each) {
  Handshakes handshakes{bed, policy, now};
  const std::uint64_t before = bed.counter(Counter::flow_established);
  for (std::size_t done = 0; done < connections; done += max_burst) {
    handshakes.run(static_cast<std::uint32_t>(done), std::min(max_burst, connections - done),
                   stream, packets_each);
  }
  const std::uint64_t established = bed.counter(Counter::flow_established) - before;
  if (established != connections) {
    throw std::runtime_error{"only " + std::to_string(established) + " of " +
                             std::to_string(connections) + " connections were established"};
  }
}

}  // namespace sekimori::bench
