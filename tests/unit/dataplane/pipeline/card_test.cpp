#include "dataplane/stages/card.hpp"

#include <gtest/gtest.h>

#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/card_frames.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

constexpr std::uint32_t isn = 1000;
const CookieTuple tuple{.source = *Address::parse("198.51.100.7"),
                        .destination = *Address::parse("192.0.2.10"),
                        .source_port = 4000,
                        .destination_port = 80};
const AgreedOptions agreed{.mss_index = 3, .client_scale = 9, .sack = true};

/// A pipeline behind a card.
class BehindCard : public testing::Test {
 protected:
  Decision take(const Bytes& bytes) {
    buffer_.emplace(bytes);
    frame_ = buffer_->frame();
    Decision decision;
    CardMarks marks;
    take_marks({&frame_, 1}, marks);
    pipeline_.process(Side::outside, {&frame_, 1}, {&decision, 1}, ground_.policy, ground_.now,
                      &marks);
    return decision;
  }
  Decision take_report(std::uint16_t syns, std::uint32_t hash) {
    return take(
        with_metadata(syn(), {.flags = metadata::syn_answered, .number = syns, .flow_hash = hash}));
  }
  [[nodiscard]] static Bytes syn() {
    return frame_bytes("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460");
  }
  [[nodiscard]] const ObjectMeters& meters() const {
    const std::uint32_t object = ground_.policy.destinations().find(tuple.destination);
    return ground_.meters[ground_.policy.object_slot(object)];
  }
  [[nodiscard]] Bytes left() const { return {frame_.data, frame_.data + frame_.length}; }

  [[nodiscard]] std::uint64_t slot() const { return cookie_slot(ground_.now.unix_s()); }
  /// The client's ACK with a cookie of the present slot that some key has made.
  [[nodiscard]] Bytes acknowledgement(const SipKey& key) const {
    const std::uint32_t cookie = make_cookie(key, tuple, slot(), agreed, isn);
    return frame_bytes("198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=" + std::to_string(isn + 1) +
                       " ack=" + std::to_string(cookie + 1) + " win=100");
  }
  [[nodiscard]] std::uint32_t flow_hash() const {
    const FlowKey key{.client = tuple.source,
                      .server = tuple.destination,
                      .client_port = tuple.source_port,
                      .server_port = tuple.destination_port};
    return static_cast<std::uint32_t>(key.hash(ground_.secret.flow_key()));
  }
  /// What a card that has found the cookie right says.
  [[nodiscard]] Metadata found_right() const {
    const CardAgreement agreement{agreed, slot()};
    return {.flags = metadata::cookie_valid | metadata::cookie_checked | metadata::checksum_good,
            .agreed = agreement.agreed,
            .cookie_slot = agreement.cookie_slot,
            .flow_hash = flow_hash()};
  }

  // A cookie of this key is right only by the word of the card.
  static constexpr SipKey unknown_key{.k0 = 1, .k1 = 2};

  TestPolicy policy_ = policy_with_mode(SynMode::proxy);
  TestGround ground_{policy_};
  Pipeline pipeline_{
      policy_.global,   1, ground_.secret, ground_.keys, ground_.stats, ground_.meters,
      *ground_.evidence};
  std::optional<FrameBuffer> buffer_;
  Frame frame_;
};

TEST_F(BehindCard, ACookieThatTheCardFoundRightOpensTheConnection) {
  const Decision decision = take(with_metadata(acknowledgement(unknown_key), found_right()));
  EXPECT_EQ(decision.verdict, Verdict::forward);
  EXPECT_EQ(left(), frame_bytes("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 win=51200 "
                                "mss=1460 nop ws=9 sackok nop nop"));
  EXPECT_EQ(ground_.counter(Counter::card_cookie_valid), 1U);
  EXPECT_EQ(ground_.counter(Counter::cookie_valid), 1U);
}

struct Disbelieved {
  const char* description;
  void (*change)(Metadata&);
};

class DisbelievedCard : public BehindCard, public testing::WithParamInterface<Disbelieved> {};

TEST_P(DisbelievedCard, LeavesTheCookieToSoftware) {
  Metadata fields = found_right();
  GetParam().change(fields);
  const Decision wrong = take(with_metadata(acknowledgement(unknown_key), fields));
  EXPECT_EQ(wrong.verdict, Verdict::drop);
  EXPECT_EQ(wrong.reason, DropReason::cookie_invalid);
  const Decision right =
      take(with_metadata(acknowledgement(ground_.secret.cookie_key(slot())), fields));
  EXPECT_EQ(right.verdict, Verdict::forward);
  EXPECT_EQ(ground_.counter(Counter::card_cookie_valid), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Marks, DisbelievedCard,
    testing::Values(Disbelieved{"does not know the connection's hash",
                                [](Metadata& m) { m.flow_hash ^= 1; }},
                    Disbelieved{"is in another slot", [](Metadata& m) { m.cookie_slot ^= 4; }},
                    Disbelieved{"reads another agreement", [](Metadata& m) { m.agreed ^= 0x10; }},
                    Disbelieved{"has found the cookie wrong",
                                [](Metadata& m) { m.flags = metadata::cookie_checked; }}),
    [](const auto& row) { return "Row" + std::to_string(row.index); });

TEST_F(BehindCard, AFrameWithoutMetadataIsLeftToSoftware) {
  const Decision decision = take(acknowledgement(ground_.secret.cookie_key(slot())));
  EXPECT_EQ(decision.verdict, Verdict::forward);
  EXPECT_EQ(ground_.counter(Counter::card_unmarked), 1U);
  EXPECT_EQ(ground_.counter(Counter::card_marked), 0U);
}

TEST_F(BehindCard, ACardsAnswerGoesBackUnchanged) {
  const Bytes syn_ack = frame_bytes("192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=7 ack=1001");
  const Decision decision =
      take(with_metadata(syn_ack, {.flags = metadata::syn_answered, .flow_hash = flow_hash()}));
  EXPECT_EQ(decision.verdict, Verdict::reply);
  EXPECT_EQ(left(), syn_ack);
  EXPECT_EQ(ground_.counter(Counter::card_syn_ack_sent), 1U);
  EXPECT_EQ(ground_.counter(Counter::card_syn_answered), 1U);
  EXPECT_EQ(meters().syn_received, 1U);
  EXPECT_EQ(meters().syn_ack_sent, 1U);
}

TEST_F(BehindCard, AReportCreditsTheObjectWithWhatTheCardHasAnswered) {
  const Decision decision = take_report(500, flow_hash());
  EXPECT_EQ(decision.verdict, Verdict::drop);
  EXPECT_EQ(decision.reason, DropReason::syn_reported);
  EXPECT_EQ(ground_.counter(Counter::card_syn_answered), 500U);
  EXPECT_EQ(ground_.counter(Counter::syn_received), 0U) << "software has answered none";
  EXPECT_EQ(meters().syn_received, 500U);
  EXPECT_EQ(meters().syn_ack_sent, 500U);
  for (const TrafficClass c : {TrafficClass::total, TrafficClass::tcp}) {
    EXPECT_EQ(meters().of(c).packets, 500U);
    EXPECT_EQ(meters().of(c).bytes, 500U * syn().size());
  }
  EXPECT_EQ(meters().dropped_packets, 0U) << "it was answered";
  EXPECT_EQ(meters().passed_packets, 0U);
}

TEST_F(BehindCard, AReportIsASampleOfAllThatItStandsFor) {
  take_report(500, flow_hash());
  ASSERT_EQ(ground_.evidence->samples_taken, 1U);
  const PacketSample sample = ground_.evidence->samples[0].of_writer();
  EXPECT_EQ(sample.weight, 500U);
  EXPECT_EQ(sample.verdict, Verdict::reply);
  EXPECT_EQ(sample.wire_bytes, syn().size());
  const Bytes seen{sample.frame.begin(), sample.frame.begin() + sample.captured_bytes};
  EXPECT_EQ(seen, syn());
}

TEST_F(BehindCard, AReportOfWhoDoesNotKnowTheHashIsDropped) {
  const Decision decision = take_report(500, flow_hash() + 1);
  EXPECT_EQ(decision.verdict, Verdict::drop);
  EXPECT_EQ(decision.reason, DropReason::metadata_invalid);
  EXPECT_EQ(meters().syn_received, 0U);
  EXPECT_EQ(ground_.evidence->samples_taken, 0U);
}

TEST_F(BehindCard, AnAnswerOfWhoDoesNotKnowTheHashIsDropped) {
  const Bytes syn_ack = frame_bytes("192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=7 ack=1001");
  const Decision decision =
      take(with_metadata(syn_ack, {.flags = metadata::syn_answered, .flow_hash = flow_hash() + 1}));
  EXPECT_EQ(decision.verdict, Verdict::drop);
  EXPECT_EQ(decision.reason, DropReason::metadata_invalid);
}

TEST_F(BehindCard, MetadataOfAnotherVersionAreRefused) {
  const Decision decision = take(with_metadata(acknowledgement(unknown_key), {.version = 2}));
  EXPECT_EQ(decision.verdict, Verdict::drop);
  EXPECT_EQ(decision.reason, DropReason::metadata_invalid);
  EXPECT_EQ(ground_.verdicts(), "drop=1");
}

TEST_F(BehindCard, ADamagedChecksumKeepsItsReason) {
  const Bytes bytes = frame_bytes("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 badsum");
  const Decision decision = take(with_metadata(bytes, {.flags = metadata::checksum_bad}));
  EXPECT_EQ(decision.verdict, Verdict::drop);
  EXPECT_EQ(decision.reason, DropReason::tcp_checksum);
}

/// Where there is no card, the EtherType of metadata is one like any other.
TEST_F(BehindCard, MetadataOnAnotherPortAreNotRead) {
  FrameBuffer buffer{with_metadata(acknowledgement(unknown_key), found_right())};
  const Bytes before = buffer.bytes();
  Decision decision;
  pipeline_.process(Side::outside, {&buffer.frame(), 1}, {&decision, 1}, ground_.policy,
                    ground_.now);
  EXPECT_EQ(buffer.bytes(), before);
  EXPECT_EQ(ground_.counter(Counter::card_cookie_valid), 0U);
  EXPECT_EQ(ground_.counter(Counter::card_marked), 0U);
  EXPECT_EQ(ground_.counter(Counter::flow_created), 0U);
}

}  // namespace
}  // namespace sekimori::test
