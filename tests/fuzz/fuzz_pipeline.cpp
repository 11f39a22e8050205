// Packets from both sides through the whole packet path. The input is a row of records:
//
//   1 byte   what to do
//            bits 0..1   the packet: 0 from outside, 1 from inside, 2 the client's ACK to our
//            latest
//                        SYN-ACK, 3 the server's SYN-ACK to our latest SYN
//            bit 2       mend the IPv4 header checksum and take the transport checksum as verified
//            bits 3..4   how long to wait before: nothing, 1 ms, 1 s, 64 s
//   2 bytes  length of what follows, big-endian
//   n bytes  the frame, or the payload of an ACK
//
// A search finds the way into a connection only because the two answers need no guessing.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/segment.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/test_worker.hpp"

namespace {

using namespace sekimori;
using test::Bytes;

void require(bool holds) {
  if (!holds) std::abort();
}

/// One object for each SYN mode, on addresses that differ in their last number.
test::TestPolicy policy_of_all_modes() {
  test::TestPolicy policy{.block = {"203.0.113.0/24"}, .objects = {}};
  for (unsigned mode = 0; mode < syn_mode_names.size(); ++mode) {
    const std::string number = std::to_string(10 + mode);
    policy.objects.push_back({.name = std::string{syn_mode_names[mode]},
                              .prefixes = {"192.0.2." + number, "2001:db8::" + number},
                              .settings = test::ordinary_object(static_cast<SynMode>(mode))});
  }
  return policy;
}

class Fuzzer {
 public:
  void run(std::span<const std::uint8_t> input) {
    constexpr std::size_t record_header = 3;
    while (input.size() >= record_header) {
      const std::uint8_t what = input[0];
      const std::size_t asked = load<be16>(input.data() + 1).host();
      input = input.subspan(record_header);
      const auto bytes = input.first(std::min(asked, input.size()));
      input = input.subspan(bytes.size());
      wait(what >> 3 & 3);
      take(what & 3, (what & 4) != 0, {bytes.begin(), bytes.end()});
    }
    constexpr unsigned longest_timers = 3;
    for (unsigned i = 0; i < longest_timers; ++i) wait(3);
    check_totals();
  }

 private:
  void wait(unsigned choice) {
    constexpr std::array<std::uint64_t, 4> waits_ms{0, 1, 1000, 64'000};
    since_start_ms_ += waits_ms[choice];
    ground_.set_ms(since_start_ms_);
    ground_.keys.refresh(ground_.secret, ground_.now.unix_s());
    if (choice == 0) return;
    pipeline_.tick(ground_.policy, ground_.now, 1U << 16);
    look_at_outbox();
  }

  void take(unsigned packet, bool mend, Bytes bytes) {
    switch (packet) {
      case 0:
      case 1:
        if (mend) mend_ipv4_checksum(bytes);
        return process(packet == 0 ? Side::outside : Side::inside, bytes,
                       mend ? ChecksumHint::good : ChecksumHint::verify);
      case 2:
        return process(Side::outside, answer(syn_ack_, tcp_flag::ack, bytes), ChecksumHint::good);
      default:
        return process(Side::inside, answer(syn_, tcp_flag::syn | tcp_flag::ack, bytes),
                       ChecksumHint::good);
    }
  }

  static void mend_ipv4_checksum(Bytes& bytes) {
    constexpr std::size_t start = sizeof(EthernetHeader);
    if (bytes.size() < start + sizeof(Ipv4Header)) return;
    auto& ip = header_at<Ipv4Header>(bytes.data() + start);
    const std::size_t length = (ip.version_ihl & 0x0fU) * 4;
    if (length < sizeof(Ipv4Header) || bytes.size() < start + length) return;
    ip.checksum = {};
    ip.checksum = checksum_field(checksum_sum(bytes.data() + start, length));
  }

  /// The answer that a stack gives to `frame`, which is a SYN or a SYN-ACK; nothing without one.
  static Bytes answer(const Bytes& frame, std::uint8_t flags, const Bytes& payload) {
    if (frame.empty()) return {};
    Bytes copy = frame;
    const Frame view{.data = copy.data(),
                     .length = static_cast<std::uint32_t>(copy.size()),
                     .capacity = static_cast<std::uint32_t>(copy.size()),
                     .checksum = ChecksumHint::good};
    const Headers h = parse(view);
    const bool timestamps = h.options.has_timestamps();
    Bytes result(max_segment_frame);
    const std::size_t length = write_segment(
        result, LinkHeader::copy_of(view, h).reversed(),
        {.source = h.destination,
         .destination = h.source,
         .source_port = h.destination_port,
         .destination_port = h.source_port,
         .sequence = flags == tcp_flag::ack ? h.acknowledgement : 77,
         .acknowledgement = h.sequence + 1,
         .window = 1000,
         .flags = flags,
         .window_scale = flags == tcp_flag::ack ? no_window_scale : h.options.window_scale,
         .timestamps = timestamps,
         .timestamp_value = h.options.timestamp_echo + 1,
         .timestamp_echo = h.options.timestamp_value});
    result.resize(length);
    if (flags != tcp_flag::ack || !h.source.is_ipv4()) return result;
    result.insert(result.end(), payload.begin(), payload.end());
    auto& ip = header_at<Ipv4Header>(result.data() + h.ip_offset);
    ip.total_length = be16{static_cast<std::uint16_t>(result.size() - h.ip_offset)};
    mend_ipv4_checksum(result);
    return result;
  }

  void process(Side from, const Bytes& bytes, ChecksumHint hint) {
    constexpr std::size_t longest = 9018;
    if (bytes.size() > longest) return;
    test::FrameBuffer buffer{bytes, hint};
    Decision decision;
    pipeline_.process(from, {&buffer.frame(), 1}, {&decision, 1}, ground_.policy, ground_.now);
    ++packets_;
    require(buffer.frame().length <= buffer.frame().capacity);
    if (decision.verdict == Verdict::reply) {
      const Headers reply = parse(buffer.frame());
      require(!reply.fault && reply.kind == Kind::tcp);
      if (reply.has(tcp_flag::syn)) syn_ack_ = buffer.bytes();
    } else if (decision.verdict == Verdict::forward && from == Side::outside) {
      const Headers sent = parse(buffer.frame());
      if (!sent.fault && sent.kind == Kind::tcp && sent.has(tcp_flag::syn)) syn_ = buffer.bytes();
    }
    look_at_outbox();
  }

  void look_at_outbox() {
    for (const Outbox::Packet& packet : pipeline_.outbox().packets()) {
      require(packet.bytes.size() <= HeldSegment::capacity);
    }
    pipeline_.outbox().clear();
  }

  void check_totals() const {
    const auto total = [](const auto& numbers) {
      return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
    };
    const WorkerStats& stats = ground_.stats;
    require(total(stats.verdicts) == packets_);
    require(total(stats.drops) == stats.verdicts[static_cast<std::size_t>(Verdict::drop)]);
  }

  test::TestGround ground_{policy_of_all_modes()};
  Pipeline pipeline_{
      ground_.policy.global(), 1, ground_.secret, ground_.keys, ground_.stats, ground_.meters,
      *ground_.evidence};
  std::uint64_t since_start_ms_ = 0;
  std::uint64_t packets_ = 0;
  Bytes syn_ack_;  ///< our latest
  Bytes syn_;      ///< the latest that went to a server
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Fuzzer{}.run({data, size});
  return 0;
}
