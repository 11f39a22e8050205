#include "bench/traffic/packet_stream.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <string>

#include "bench/traffic/frames.hpp"
#include "bench/traffic/stream_file.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes frame(Family family, std::uint32_t number, bool options) {
  Segment segment = client_segment(number);
  segment.source = client(family, number);
  segment.destination = server(family);
  segment.flags = number % 2 == 0 ? tcp_flag::syn : tcp_flag::ack;
  segment.acknowledgement = ~number;
  if (options) segment.mss = 1460;
  FrameBuffer buffer;
  const Frame written = write_frame(buffer, segment);
  return {written.data, written.data + written.length};
}

Bytes packet(const PacketStream& stream, std::size_t number) {
  Bytes bytes(written_room);
  stream.write(number, bytes.data());
  bytes.resize(stream.frame_length());
  return bytes;
}

std::string text(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

class EachFamily : public testing::TestWithParam<std::tuple<Family, bool>> {};

TEST_P(EachFamily, packets_are_the_frames_that_were_added) {
  const auto [family, options] = GetParam();
  PacketStream stream;
  std::multiset<std::string> frames;
  for (std::uint32_t number = 0; number < 100; ++number) {
    const Bytes added = frame(family, number * 7919, options);
    frames.insert(text(added));
    stream.add(added);
    EXPECT_EQ(packet(stream, number), added) << number;
  }
  stream.shuffle();
  std::multiset<std::string> shuffled;
  std::size_t at_their_place = 0;
  for (std::uint32_t number = 0; number < 100; ++number) {
    shuffled.insert(text(packet(stream, number)));
    at_their_place += packet(stream, number) == frame(family, number * 7919, options) ? 1U : 0U;
  }
  EXPECT_EQ(shuffled, frames);
  EXPECT_LT(at_their_place, 20U);
}

INSTANTIATE_TEST_SUITE_P(PacketStream, EachFamily,
                         testing::Combine(testing::Values(Family::ipv4, Family::ipv6),
                                          testing::Bool()));

TEST(PacketStream, refuses_frames_that_differ_where_they_may_not) {
  PacketStream stream;
  stream.add(frame(Family::ipv4, 1, false));
  EXPECT_THROW(stream.add(frame(Family::ipv6, 1, false)), std::invalid_argument);
  Bytes other_mac = frame(Family::ipv4, 1, false);
  other_mac[3] ^= 1;
  EXPECT_THROW(stream.add(other_mac), std::invalid_argument);
  Bytes other_padding = frame(Family::ipv4, 1, false);
  other_padding.back() ^= 1;
  EXPECT_THROW(stream.add(other_padding), std::invalid_argument);
  EXPECT_THROW(PacketStream{}.add(Bytes(200)), std::invalid_argument);
  EXPECT_EQ(stream.size(), 1U);
}

class StreamInFile : public testing::Test {
 protected:
  ~StreamInFile() override { std::filesystem::remove(path_); }

  void write(const Bytes& content) const {
    std::ofstream{path_, std::ios::binary}.write(reinterpret_cast<const char*>(content.data()),
                                                 static_cast<std::streamsize>(content.size()));
  }

  std::filesystem::path path_ =
      std::filesystem::path{testing::TempDir()} / ("sekimori-packets-" + std::to_string(getpid()));
};

TEST_F(StreamInFile, is_what_was_saved) {
  PacketStream stream;
  for (std::uint32_t number = 0; number < 10; ++number) {
    stream.add(frame(Family::ipv6, number, false));
  }
  stream.save(path_);
  StreamFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  const StreamView read = file.view();
  EXPECT_EQ(std::memcmp(read.header, stream.view().header, sizeof(StreamHeader)), 0);
  EXPECT_EQ(std::memcmp(read.patches, stream.view().patches, 20 * sizeof(PatchBlock)), 0);
}

TEST_F(StreamInFile, of_another_kind_is_refused) {
  StreamFile none;
  EXPECT_EQ(none.open("/proc/none"), ENOENT);
  StreamFile empty;
  write({});
  EXPECT_EQ(empty.open(path_.c_str()), EINVAL);
  StreamFile noise;
  write(Bytes(10'000, 1));
  EXPECT_EQ(noise.open(path_.c_str()), EINVAL);

  PacketStream stream;
  for (std::uint32_t number = 0; number < 10; ++number) {
    stream.add(frame(Family::ipv4, number, false));
  }
  stream.save(path_);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  StreamFile cut;
  EXPECT_EQ(cut.open(path_.c_str()), EINVAL);
}

}  // namespace
}  // namespace sekimori::bench
