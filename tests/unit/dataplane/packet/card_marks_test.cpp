#include "dataplane/packet/card_marks.hpp"

#include <gtest/gtest.h>

#include "tests/support/card_frames.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

const std::string segment = "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1";

TEST(CardMarks, AreTakenOutAndRead) {
  const Bytes plain = frame_bytes(segment);
  FrameBuffer marked{with_metadata(plain, {.flags = metadata::cookie_valid | metadata::dns_matched,
                                           .agreed = 0x7a,
                                           .cookie_slot = 0x9b,
                                           .flow_hash = 0x01020304})};
  FrameBuffer unmarked{plain};
  std::array frames{unmarked.frame(), marked.frame()};
  CardMarks marks;
  take_marks(frames, marks);
  EXPECT_EQ(marks.read, 2U);
  EXPECT_EQ(marks.invalid, 0U);
  EXPECT_EQ(marks.cookie_valid, 2U);
  EXPECT_EQ(marks.dns_matched, 2U);
  EXPECT_EQ(marks.syn_acks | marks.reports, 0U);
  EXPECT_EQ(marks.mark[1].agreed, 0x7a);
  EXPECT_EQ(marks.mark[1].cookie_slot, 0x9b);
  EXPECT_EQ(marks.mark[1].flow_hash, 0x01020304U);
  for (const Frame& frame : frames) {
    EXPECT_EQ((Bytes{frame.data, frame.data + frame.length}), plain);
    EXPECT_EQ(frame.checksum, ChecksumHint::verify);
  }
  EXPECT_EQ(frames[1].data, marked.frame().data + metadata::bytes);
  EXPECT_EQ(frames[1].capacity, marked.frame().capacity - metadata::bytes);
}

TEST(CardMarks, TellASynAckFromAReport) {
  const Bytes plain = frame_bytes(segment);
  FrameBuffer syn_ack{with_metadata(plain, {.flags = metadata::syn_answered})};
  FrameBuffer report{with_metadata(plain, {.flags = metadata::syn_answered, .number = 0x0203})};
  std::array frames{syn_ack.frame(), report.frame()};
  CardMarks marks;
  take_marks(frames, marks);
  EXPECT_EQ(marks.syn_acks, 1U);
  EXPECT_EQ(marks.reports, 2U);
  EXPECT_EQ(marks.mark[1].syns, 0x0203U);
}

TEST(CardMarks, SayThatAChecksumIsGood) {
  const Bytes plain = frame_bytes(segment);
  FrameBuffer good{with_metadata(plain, {.flags = metadata::checksum_good})};
  FrameBuffer bad{with_metadata(plain, {.flags = metadata::checksum_bad})};
  std::array frames{good.frame(), bad.frame()};
  CardMarks marks;
  take_marks(frames, marks);
  EXPECT_EQ(frames[0].checksum, ChecksumHint::good);
  EXPECT_EQ(frames[1].checksum, ChecksumHint::verify);
}

TEST(CardMarks, LeaveAFrameAloneThatIsCutShort) {
  const Bytes whole = with_metadata(frame_bytes(segment), {});
  for (std::size_t length = 0; length < sizeof(EthernetHeader) + metadata::bytes; ++length) {
    FrameBuffer buffer{Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))};
    const Frame before = buffer.frame();
    CardMarks marks;
    take_marks({&buffer.frame(), 1}, marks);
    EXPECT_EQ(marks.read, 0U) << length;
    EXPECT_EQ(marks.invalid, length >= sizeof(EthernetHeader) ? 1U : 0U) << length;
    EXPECT_EQ(buffer.frame().data, before.data);
    EXPECT_EQ(buffer.frame().length, before.length);
  }
}

TEST(CardMarks, AreInvalidInAnotherVersion) {
  FrameBuffer buffer{with_metadata(frame_bytes(segment), {.version = metadata::version + 1})};
  CardMarks marks;
  take_marks({&buffer.frame(), 1}, marks);
  EXPECT_EQ(marks.read, 0U);
  EXPECT_EQ(marks.invalid, 1U);
}

/// A card writes its own metadata in front of whatever comes, so those that somebody else has
/// written remain as the frame's own EtherType.
TEST(CardMarks, OfAnotherAreNotTakenForTheCards) {
  const Bytes forged = with_metadata(frame_bytes(segment), {.flags = metadata::cookie_valid});
  FrameBuffer buffer{with_metadata(forged, {})};
  CardMarks marks;
  take_marks({&buffer.frame(), 1}, marks);
  EXPECT_EQ(marks.read, 1U);
  EXPECT_EQ(marks.cookie_valid, 0U);
  EXPECT_EQ((Bytes{buffer.frame().data, buffer.frame().data + buffer.frame().length}), forged);
  EXPECT_EQ(parse(buffer.frame()).ethertype, metadata::ethertype);
}

}  // namespace
}  // namespace sekimori::test
