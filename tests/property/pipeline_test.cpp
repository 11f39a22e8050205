// Whatever comes, each packet gets one verdict; and two TCP ends that talk through the splice hear
// each other exactly.

#include "dataplane/pipeline/pipeline.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <numeric>
#include <string>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/segment.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;

/// A policy of one object, whose servers use timestamps.
test::TestPolicy policy_of(SynMode mode) {
  test::TestPolicy policy = test::policy_with_mode(mode);
  policy.objects.front().settings.assumed_timestamps = 1;
  return policy;
}

/// One pipeline.
struct Box {
  explicit Box(SynMode mode = SynMode::proxy) : ground{policy_of(mode)} {}

  std::uint64_t verdicts() const {
    return std::accumulate(ground.stats.verdicts.begin(), ground.stats.verdicts.end(),
                           std::uint64_t{0});
  }
  std::uint64_t drops() const {
    return std::accumulate(ground.stats.drops.begin(), ground.stats.drops.end(), std::uint64_t{0});
  }

  test::TestGround ground;
  Pipeline pipeline{
      ground.policy.global(), 1, ground.secret, ground.keys, ground.stats, ground.meters,
      *ground.evidence};
};

RC_GTEST_PROP(Pipeline, GivesEachPacketOneVerdict, (std::vector<std::vector<std::uint8_t>> rows)) {
  Box box{static_cast<SynMode>(*rc::gen::inRange(0, 5))};
  const Bytes syn = test::frame_bytes("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 mss=1460");
  std::uint64_t packets = 0;
  for (const auto& row : rows) {
    // Half of the frames are a SYN with some bytes changed, which gets further than noise.
    Bytes bytes = row;
    if (row.size() % 2 == 0) {
      bytes = syn;
      for (std::size_t i = 0; i + 1 < row.size(); i += 2) bytes[row[i] % syn.size()] = row[i + 1];
    }
    test::FrameBuffer buffer{
        bytes, row.size() % 3 == 0 ? ChecksumHint::good : ChecksumHint::allow_partial};
    Decision decision;
    const Side from = row.size() % 5 == 0 ? Side::inside : Side::outside;
    box.pipeline.process(from, {&buffer.frame(), 1}, {&decision, 1}, box.ground.policy,
                         box.ground.now);
    box.pipeline.outbox().clear();
    ++packets;
    RC_ASSERT(buffer.frame().length <= buffer.frame().capacity);
  }
  RC_ASSERT(box.verdicts() == packets);
  RC_ASSERT(box.drops() == box.ground.stats.verdicts[static_cast<std::size_t>(Verdict::drop)]);
}

/// One end of a TCP connection, as far as numbers go.
struct End {
  std::uint32_t next = 0;      ///< sequence number of the next segment
  std::uint32_t expected = 0;  ///< of the peer
  std::uint32_t clock = 0;     ///< TSval
  std::uint32_t recent = 0;    ///< highest TSval of the peer
};

/// A client and a server with the box between them, each frame carried by hand.
class Conversation {
 public:
  explicit Conversation(std::uint32_t client_isn, std::uint32_t server_isn)
      : client_{.next = client_isn, .clock = 1000}, server_{.next = server_isn, .clock = 900'000} {}

  void open() {
    Bytes syn = segment(true, tcp_flag::syn, client_.next, 0, 0);
    const Headers syn_ack = carry(Side::outside, syn, Verdict::reply);
    RC_ASSERT(syn_ack.acknowledgement == client_.next + 1);
    ++client_.next;
    client_.expected = syn_ack.sequence + 1;
    client_.recent = syn_ack.options.timestamp_value;
    Bytes ack = segment(true, tcp_flag::ack, client_.next, client_.expected, 0);
    const Headers to_server = carry(Side::outside, ack, Verdict::forward);
    RC_ASSERT(to_server.has(tcp_flag::syn) && to_server.sequence == client_.next - 1);
    server_.expected = to_server.sequence + 1;
    server_.recent = to_server.options.timestamp_value;
    Bytes answer = segment(false, tcp_flag::syn | tcp_flag::ack, server_.next, server_.expected, 0);
    const Headers our_ack = carry(Side::inside, answer, Verdict::reply);
    RC_ASSERT(our_ack.sequence == server_.expected && our_ack.acknowledgement == server_.next + 1);
    ++server_.next;
  }

  /// One end sends `length` bytes; the other must find just what it waits for.
  void say(bool client_speaks, std::uint16_t length) {
    End& from = client_speaks ? client_ : server_;
    End& to = client_speaks ? server_ : client_;
    ++from.clock;
    Bytes bytes =
        segment(client_speaks, tcp_flag::ack | tcp_flag::psh, from.next, from.expected, length);
    const Headers heard =
        carry(client_speaks ? Side::outside : Side::inside, bytes, Verdict::forward);
    RC_ASSERT(heard.sequence == to.expected);
    RC_ASSERT(heard.acknowledgement == to.next);
    RC_ASSERT(heard.payload_length() == length);
    // PAWS (RFC 7323, section 5): timestamps never go back.
    RC_ASSERT(static_cast<std::int32_t>(heard.options.timestamp_value - to.recent) >= 0);
    RC_ASSERT(static_cast<std::int32_t>(to.clock - heard.options.timestamp_echo) >= 0);
    from.next += length;
    to.expected += length;
    to.recent = heard.options.timestamp_value;
  }

 private:
  Bytes segment(bool client, std::uint8_t flags, std::uint32_t sequence,
                std::uint32_t acknowledgement, std::uint16_t length) const {
    const Address client_address = *Address::parse("198.51.100.7");
    const Address server_address = *Address::parse("192.0.2.10");
    const End& end = client ? client_ : server_;
    const bool syn = (flags & tcp_flag::syn) != 0;
    Bytes bytes(max_segment_frame);
    LinkHeader link;
    link.length = sizeof(EthernetHeader);
    store(link.bytes.data() + 12, be16{ethertype::ipv4});
    bytes.resize(write_segment(bytes, link,
                               {.source = client ? client_address : server_address,
                                .destination = client ? server_address : client_address,
                                .source_port = static_cast<std::uint16_t>(client ? 4000 : 80),
                                .destination_port = static_cast<std::uint16_t>(client ? 80 : 4000),
                                .sequence = sequence,
                                .acknowledgement = acknowledgement,
                                .window = 500,
                                .flags = flags,
                                .mss = static_cast<std::uint16_t>(syn ? 1460 : 0),
                                .window_scale = syn ? std::uint8_t{7} : no_window_scale,
                                .sack_permitted = syn,
                                .timestamps = true,
                                .timestamp_value = end.clock,
                                .timestamp_echo = end.recent}));
    if (length == 0) return bytes;
    // With a payload the lengths and sums change; the port is said to have verified them.
    auto& ip = header_at<Ipv4Header>(bytes.data() + link.length);
    const be16 total{static_cast<std::uint16_t>(ip.total_length.host() + length)};
    ip.checksum = checksum_update(ip.checksum, ip.total_length, total);
    ip.total_length = total;
    bytes.resize(bytes.size() + length, 0x5a);
    return bytes;
  }

  /// Takes a frame through the box and reads what comes out.
  Headers carry(Side from, const Bytes& bytes, Verdict expected) {
    test::FrameBuffer buffer{bytes, ChecksumHint::good};
    Decision decision;
    box_.pipeline.process(from, {&buffer.frame(), 1}, {&decision, 1}, box_.ground.policy,
                          box_.ground.now);
    box_.pipeline.outbox().clear();
    RC_ASSERT(decision.verdict == expected);
    const Headers headers = parse(buffer.frame());
    RC_ASSERT(!headers.fault);
    return headers;
  }

  Box box_;
  End client_;
  End server_;
};

RC_GTEST_PROP(Splice, LetsBothEndsHearEachOther,
              (std::uint32_t client_isn, std::uint32_t server_isn)) {
  Conversation conversation{client_isn, server_isn};
  conversation.open();
  const auto turns = *rc::gen::container<std::vector<std::pair<bool, std::uint16_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::uint16_t>(0, 1400)));
  for (const auto& [client_speaks, length] : turns) conversation.say(client_speaks, length);
}

}  // namespace
}  // namespace sekimori
