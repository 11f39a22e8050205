#include "dataplane/packet/plain_tcp.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/plain_check.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;
using test::frame_bytes;

/// Frames in blocks of their sizes.
class Frames {
 public:
  void add(Bytes bytes, ChecksumHint hint = ChecksumHint::verify) {
    blocks_.push_back(std::move(bytes));
    const auto length = static_cast<std::uint32_t>(blocks_.back().size());
    frames_.push_back({.length = length, .capacity = length, .checksum = hint});
    for (std::size_t i = 0; i < frames_.size(); ++i) frames_[i].data = blocks_[i].data();
  }
  void add(const std::string& line, ChecksumHint hint = ChecksumHint::verify) {
    add(frame_bytes(line), hint);
  }
  [[nodiscard]] std::span<const Frame> all() const { return frames_; }

 private:
  std::vector<Bytes> blocks_;
  std::vector<Frame> frames_;
};

/// The set of plain frames, after a comparison with the parser.
std::uint64_t plain_of(const Frames& frames) {
  const auto plain = std::make_unique<PlainTcp>();
  EXPECT_EQ(test::check_plain(frames.all(), *plain).value_or(""), "");
  return take_plain(frames.all(), *plain);
}

struct Row {
  const char* description;
  std::string frame;
  bool plain;
  ChecksumHint hint = ChecksumHint::verify;
};

class PlainFrame : public testing::TestWithParam<Row> {};

TEST_P(PlainFrame, IsToldFromOthersAtEveryPlace) {
  const std::string other = "198.51.100.9:1 > 192.0.2.11:25 tcp [.] seq=1 ack=2 len=5";
  for (std::size_t count = 1; count <= 9; ++count) {
    for (std::size_t place = 0; place < count; ++place) {
      Frames frames;
      for (std::size_t i = 0; i < count; ++i) {
        i == place ? frames.add(GetParam().frame, GetParam().hint) : frames.add(other);
      }
      const std::uint64_t bit = std::uint64_t{1} << place;
      const std::uint64_t all = (std::uint64_t{1} << count) - 1;
      ASSERT_EQ(plain_of(frames), GetParam().plain ? all : all & ~bit)
          << GetParam().description << ", " << place << " of " << count;
    }
  }
}

const std::string v4 = "198.51.100.7:4000 > 192.0.2.10:80 ";
const std::string v6 = "[2001:db8::7]:4000 > [2001:db8::10]:80 ";

INSTANTIATE_TEST_SUITE_P(
    Right, PlainFrame,
    testing::Values(
        Row{"a SYN over IPv6", v6 + "tcp [S] seq=1 mss=1440 sackok ts=10/0 nop ws=7", true},
        Row{"data over IPv6", v6 + "tcp [P.] seq=1 ack=2 len=40", true},
        Row{"a SYN of Linux", v4 + "tcp [S] seq=1 mss=1460 sackok ts=10/0 nop ws=7", true},
        Row{"the same with a scale above the largest",
            v4 + "tcp [S] seq=1 mss=1460 sackok ts=10/0 nop ws=200", true},
        Row{"the same options on a SYN-ACK",
            v4 + "tcp [S.] seq=1 ack=2 mss=0 sackok ts=10/4294967295 nop ws=0", true},
        Row{"no options", v4 + "tcp [S] seq=1", true},
        Row{"every byte of options", v4 + "tcp [.] ts=1/2 sack=1-2,3-4,5-6 nop nop nop nop", true},
        Row{"unknown options and an end", v4 + "tcp [.] opt=fd04beef eol", true},
        Row{"an odd payload", v4 + "tcp [P.] len=33", true},
        Row{"a payload of a full packet", v4 + "tcp [P.] len=1460", true},
        Row{"a payload of the longest packet", v4 + "tcp [P.] len=65495", true},
        Row{"padding", "pad=6 " + v4 + "tcp [R]", true},
        Row{"a trailer", "trailer=ffffffff " + v4 + "tcp [R]", true},
        Row{"ECE and CWR", v4 + "tcp [SEW]", true}, Row{"urgent data", v4 + "tcp [U.] urg=9", true},
        Row{"reserved bits", v4 + "tcp [.] res=15", true},
        Row{"fragmentation allowed", v4 + "nodf tcp [.]", true},
        Row{"any TOS, TTL and identification", v4 + "tos=255 ttl=0 id=65535 tcp [.]", true},
        Row{"a wrong checksum that the port vouches for", v4 + "tcp [.] len=200 badsum", true,
            ChecksumHint::good},
        Row{"a right one where partial ones are allowed", v4 + "tcp [.] len=200", true,
            ChecksumHint::allow_partial},
        Row{"the smallest addresses and ports", "1.0.0.0:1 > 0.0.0.0:1 tcp [.]", true},
        Row{"the largest", "223.255.255.255:65535 > 255.255.255.255:65535 tcp [.]", true}));

INSTANTIATE_TEST_SUITE_P(
    WrongOrUncommon, PlainFrame,
    testing::Values(
        Row{"a tag", "vlan=5 " + v4 + "tcp [S]", false},
        Row{"IPv6 with an extension header",
            "[2001:db8::7]:4000 > [2001:db8::10]:80 ext=60:00010400000000 tcp [S] seq=1", false},
        Row{"IPv4 options", v4 + "ipopt=01010101 tcp [S]", false},
        Row{"UDP", v4 + "udp len=30", false}, Row{"ARP", "ether=0x0806 len=46", false},
        Row{"another version", v4 + "ver=5 tcp [S]", false},
        Row{"a short IPv4 header", v4 + "ihl=4 tcp [S]", false},
        Row{"a first fragment", v4 + "frag=0+ tcp [.] len=44", false},
        Row{"a later fragment", v4 + "frag=16 tcp [.] len=44", false},
        Row{"the last place of a fragment", v4 + "frag=65528 tcp [.]", false},
        Row{"a wrong IPv4 checksum", v4 + "badip tcp [S]", false},
        Row{"the same where the port vouches for TCP's", v4 + "badip tcp [S]", false,
            ChecksumHint::good},
        Row{"a wrong TCP checksum", v4 + "tcp [S] badsum", false},
        Row{"the same with a payload", v4 + "tcp [.] len=200 badsum", false},
        Row{"the same where partial ones are allowed", v4 + "tcp [.] badsum", false,
            ChecksumHint::allow_partial},
        Row{"more bytes than there are", v4 + "iplen=41 tcp [S]", false},
        Row{"less than both headers", v4 + "iplen=39 tcp [S]", false},
        Row{"less than an IPv4 header", v4 + "iplen=19 tcp [S]", false},
        Row{"no length", v4 + "iplen=0 tcp [S]", false},
        Row{"a short TCP header", v4 + "tcp [S] off=4", false},
        Row{"a TCP header behind the end", v4 + "tcp [S] off=6", false},
        Row{"the source's port is 0", "198.51.100.7:0 > 192.0.2.10:80 tcp [S]", false},
        Row{"the destination's port is 0", "198.51.100.7:4000 > 192.0.2.10:0 tcp [S]", false},
        Row{"no flags", v4 + "tcp []", false}, Row{"SYN and FIN", v4 + "tcp [SF]", false},
        Row{"an urgent SYN", v4 + "tcp [SU]", false}, Row{"FIN alone", v4 + "tcp [F]", false},
        Row{"from network 0", "0.1.2.3:4000 > 192.0.2.10:80 tcp [S]", false},
        Row{"from loopback", "127.1.2.3:4000 > 192.0.2.10:80 tcp [S]", false},
        Row{"from multicast", "224.1.2.3:4000 > 192.0.2.10:80 tcp [S]", false},
        Row{"to its own source", "192.0.2.10:4000 > 192.0.2.10:80 tcp [S]", false},
        Row{"an option twice", v4 + "tcp [S] mss=1460 mss=1460", false},
        Row{"an option behind the end", v4 + "tcp [S] opt=fd08", false},
        Row{"an option of a wrong length", v4 + "tcp [S] opt=030400", false}));

TEST(PlainTcp, OfNoFrames) {
  EXPECT_EQ(plain_of(Frames{}), 0U);
}

TEST(PlainTcp, CutAnywhereIsNotPlain) {
  const Bytes whole = frame_bytes(v4 + "tcp [S] seq=1 mss=1460 sackok ts=10/0 nop ws=7 len=9");
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    for (const ChecksumHint hint : {ChecksumHint::verify, ChecksumHint::good}) {
      Frames frames;
      frames.add(Bytes{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}, hint);
      ASSERT_EQ(plain_of(frames), length == whole.size() ? 1U : 0U) << length;
    }
  }
}

/// 2^16 - 1 and 0 are both zero in one's complement; both verify.
TEST(PlainTcp, MayHaveEitherZeroForAChecksum) {
  // Whatever the sum of the segment is without its checksum, the urgent pointer makes up for it.
  Bytes frame = frame_bytes(v4 + "tcp [.] seq=1");
  frame[52] = frame[50];
  frame[53] = frame[51];
  for (const std::uint8_t zero : {std::uint8_t{0x00}, std::uint8_t{0xff}}) {
    frame[50] = frame[51] = zero;
    Frames frames;
    frames.add(frame);
    EXPECT_EQ(plain_of(frames), 1U);
  }
}

class PlainSets : public testing::Test {
 protected:
  void take(const std::vector<std::string>& lines) {
    Frames frames;
    for (const std::string& line : lines) frames.add(line);
    const std::uint64_t all = first_packets(lines.size());
    ASSERT_EQ(take_plain(frames.all(), *plain), all);
  }

  std::unique_ptr<PlainTcp> plain = std::make_unique<PlainTcp>();
};

TEST_F(PlainSets, TellWhereAddressesChange) {
  take({"1.0.0.1:1 > 2.0.0.1:80 tcp [S]", "1.0.0.1:2 > 2.0.0.1:81 tcp [S]",
        "1.0.0.2:2 > 2.0.0.1:80 tcp [S]", "1.0.0.2:2 > 2.0.0.2:80 tcp [S]",
        "1.0.0.2:2 > 2.0.0.2:80 tcp [.]", "1.0.0.1:2 > 2.0.0.1:80 tcp [S]"});
  EXPECT_EQ(source_changes(*plain, 6), 0b100101U);
  EXPECT_EQ(destination_changes(*plain, 6), 0b101001U);
  EXPECT_EQ(source_changes(*plain, 3), 0b101U);
  EXPECT_EQ(source_changes(*plain, 1), 0b1U);
  EXPECT_EQ(source_changes(*plain, 0), 0U);
  EXPECT_EQ(destination_changes(*plain, 0), 0U);
}

TEST_F(PlainSets, TellRequestsThatDifferInNumbersAlone) {
  take({"1.0.0.1:1 > 2.0.0.1:80 tcp [S] seq=1 mss=1460 ws=7",
        "1.0.0.2:2 > 2.0.0.1:80 tcp [S] seq=2 mss=1460 ws=7",
        "1.0.0.2:2 > 2.0.0.1:80 tcp [S] seq=2 mss=1461 ws=7",
        "1.0.0.2:2 > 2.0.0.1:80 tcp [S] seq=2 mss=1461 ws=6",
        "1.0.0.2:2 > 2.0.0.1:81 tcp [S] seq=2 mss=1461 ws=6",
        "1.0.0.2:2 > 2.0.0.2:81 tcp [S] seq=2 mss=1461 ws=6",
        "1.0.0.3:3 > 2.0.0.2:81 tcp [S] seq=3 mss=1461 ws=6",
        "1.0.0.3:3 > 2.0.0.2:81 tcp [S] seq=3 ws=6 mss=1461",
        "1.0.0.3:3 > 2.0.0.2:81 tcp [S] seq=3"});
  EXPECT_EQ(same_as_before(*plain, 9) & 0x1ff, 0b001000010U);
}

TEST_F(PlainSets, TellSegmentsByTheirFlags) {
  using namespace tcp_flag;
  take({"1.0.0.1:1 > 2.0.0.1:80 tcp [S]", "1.0.0.1:1 > 2.0.0.1:80 tcp [S.]",
        "1.0.0.1:1 > 2.0.0.1:80 tcp [SEW]", "1.0.0.1:1 > 2.0.0.1:80 tcp [R]",
        "1.0.0.1:1 > 2.0.0.1:80 tcp [FP.]"});
  EXPECT_EQ(with_flags(*plain, 5, syn | ack, syn) & 0x1f, 0b00101U);
  EXPECT_EQ(with_flags(*plain, 5, syn | rst, 0) & 0x1f, 0b10000U);
  EXPECT_EQ(with_flags(*plain, 5, ece | cwr, ece | cwr) & 0x1f, 0b00100U);
  EXPECT_EQ(with_flags(*plain, 5, 0xff, rst) & 0x1f, 0b01000U);
}

}  // namespace
}  // namespace sekimori
