#include "tests/support/pipeline_driver.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/random_frames.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

TestPolicy driven_policy() {
  TestPolicy policy;
  policy.global.flow_capacity = 8;
  policy.global.handshake_capacity = 4;
  policy.global.hold_capacity = 4;
  policy.global.hold_segments_per_flow = 3;
  policy.global.source_capacity = 4;
  policy.global.backend_capacity = 2;
  policy.global.reply_limit_pps = 50;
  policy.allow = {"203.0.113.0/28"};
  policy.block = {"203.0.113.64/26"};
  ObjectRecord proxy = ordinary_object(SynMode::proxy);
  proxy.assumed_timestamps = 1;
  proxy.unknown_ack_reply = UnknownAckReply::rst;
  proxy.unparsed = Action::pass;
  ObjectRecord limited = ordinary_object(SynMode::off);
  limited.limits.fill({.packets_per_s = 20, .bits_per_s = 100'000});
  policy.objects = {
      {.settings = proxy,
       .services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
                    {.first_port = 8000, .last_port = 8100, .syn_mode = SynMode::bad_ack}}},
      {.name = "reset", .prefixes = {"192.0.2.11"}, .settings = ordinary_object(SynMode::reset)},
      {.name = "off", .prefixes = {"192.0.2.0/24", "2001:db8::/64"}, .settings = limited}};
  return policy;
}

class Driver {
 public:
  std::optional<std::string> run(std::span<const std::uint8_t> input) {
    while (!fault_ && input.size() >= 3) {
      const std::uint8_t control = input[0];
      const std::size_t wanted = input[1] | std::size_t{input[2]} << 8;
      const std::size_t length = std::min(wanted, input.size() - 3);
      take(control, input.subspan(3, length));
      input = input.subspan(3 + length);
    }
    flush();
    ground_.set_ms(now_ms_ + 10'000'000);
    pipeline_.tick(ground_.policy, ground_.now);
    return fault_;
  }

 private:
  void take(std::uint8_t control, std::span<const std::uint8_t> bytes) {
    constexpr std::array<std::uint64_t, 8> waits_ms{0,      1,      100,     1000,
                                                    10'000, 64'000, 700'000, 4'000'000};
    const Side side = (control & drive::from_inside) != 0 ? Side::inside : Side::outside;
    const std::uint64_t wait = waits_ms.at(control >> drive::wait_shift);
    const bool alone = (control & (drive::tick | drive::acknowledge)) != 0 || wait != 0;
    if (alone || side != side_ || buffers_.size() == max_burst) flush();
    side_ = side;
    if (wait != 0) {
      now_ms_ += wait;
      ground_.set_ms(now_ms_);
    }
    if ((control & drive::tick) != 0) {
      pipeline_.tick(ground_.policy, ground_.now, 64);
      empty_outbox();
    }
    const auto hint =
        (control & drive::checksum_good) != 0 ? ChecksumHint::good : ChecksumHint::allow_partial;
    FrameBuffer buffer{Bytes(bytes.begin(), bytes.end()), hint};
    if ((control & drive::acknowledge) != 0) acknowledge(buffer.frame());
    if ((control & drive::repair) != 0) repair_checksums(buffer.frame());
    buffers_.push_back(std::move(buffer));
  }

  void acknowledge(Frame frame) const {
    frame.checksum = ChecksumHint::good;
    const Headers headers = parse(frame);
    if (headers.kind != Kind::tcp || headers.payload_offset == 0) return;
    std::uint8_t* tcp = frame.data + headers.transport_offset;
    store(tcp + 8, be32{sequence_ + 1});
    if (headers.options.has_timestamps()) {
      store(tcp + headers.options.timestamps_offset + 6, be32{timestamp_});
    }
  }

  void flush() {
    if (buffers_.empty() || fault_) return;
    std::vector<Frame> frames;
    for (FrameBuffer& buffer : buffers_) frames.push_back(buffer.frame());
    std::vector<Decision> decisions(frames.size());
    pipeline_.process(side_, frames, decisions, ground_.policy, ground_.now);
    taken_ += frames.size();
    for (std::size_t i = 0; i < frames.size(); ++i) judge(frames[i], decisions[i]);
    const auto& verdicts = ground_.stats.verdicts;
    const auto& drops = ground_.stats.drops;
    if (std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0}) != taken_) {
      fault_ = "verdicts do not add up to the packets";
    }
    if (std::accumulate(drops.begin(), drops.end(), std::uint64_t{0}) !=
        verdicts[static_cast<std::size_t>(Verdict::drop)]) {
      fault_ = "reasons do not add up to the drops";
    }
    buffers_.clear();
    empty_outbox();
  }

  void judge(const Frame& frame, const Decision& decision) {
    if (frame.length > frame.capacity) fault_ = "a frame is longer than its capacity";
    if (decision.verdict != Verdict::reply) return;
    Frame reply = frame;
    reply.checksum = ChecksumHint::verify;
    const Headers headers = parse(reply);
    if (headers.fault || headers.kind != Kind::tcp) fault_ = "a reply is no correct segment";
    if (!headers.has(tcp_flag::syn)) return;
    sequence_ = headers.sequence;
    timestamp_ = headers.options.timestamp_value;
  }

  void empty_outbox() {
    for (const Outbox::Packet& packet : pipeline_.outbox().packets()) {
      Bytes copy(packet.bytes.begin(), packet.bytes.end());
      // Held segments may carry a wrong checksum that a port has vouched for.
      const Headers headers = parse({.data = copy.data(),
                                     .length = static_cast<std::uint32_t>(copy.size()),
                                     .capacity = static_cast<std::uint32_t>(copy.size()),
                                     .checksum = ChecksumHint::good});
      if (headers.fault || headers.kind != Kind::tcp) fault_ = "what is sent is no segment";
    }
    pipeline_.outbox().clear();
  }

  TestPolicy policy_ = driven_policy();
  TestGround ground_{policy_};
  Pipeline pipeline_{
      policy_.global,   2, ground_.secret, ground_.keys, ground_.stats, ground_.meters,
      *ground_.evidence};
  std::vector<FrameBuffer> buffers_;
  Side side_ = Side::outside;
  std::uint64_t now_ms_ = 0;
  std::uint64_t taken_ = 0;
  std::uint32_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  std::optional<std::string> fault_;
};

}  // namespace

void add_record(Bytes& input, std::uint8_t control, std::span<const std::uint8_t> frame) {
  input.push_back(control);
  input.push_back(static_cast<std::uint8_t>(frame.size()));
  input.push_back(static_cast<std::uint8_t>(frame.size() >> 8));
  input.insert(input.end(), frame.begin(), frame.end());
}

std::optional<std::string> drive_pipeline(std::span<const std::uint8_t> input) {
  return std::make_unique<Driver>()->run(input);
}

}  // namespace sekimori::test
