#include "bench/traffic/packet_stream.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>

#include "dataplane/packet/headers.hpp"

namespace sekimori::bench {

namespace {

// From before the IPv4 checksum, or the second word of the IPv6 source, to the end of the TCP
// header.
constexpr std::size_t patch_offset_ipv4 =
    sizeof(EthernetHeader) + sizeof(Ipv4Header) + sizeof(TcpHeader) - sizeof(PatchBlock);
constexpr std::size_t patch_offset_ipv6 = sizeof(EthernetHeader) + offsetof(Ipv6Header, source) + 4;
static_assert(patch_offset_ipv4 <= sizeof(EthernetHeader) + offsetof(Ipv4Header, checksum));
static_assert(patch_offset_ipv6 + 2 * sizeof(PatchBlock) <= written_room);

}  // namespace

void PacketStream::begin(std::span<const std::uint8_t> first) {
  if (first.size() > StreamHeader::frame_room) {
    throw std::invalid_argument{"frames of a stream have at most 96 bytes"};
  }
  const bool ipv4 = header_at<EthernetHeader>(first.data()).type.host() == ethertype::ipv4;
  header_.frame_length = static_cast<std::uint16_t>(first.size());
  header_.patch_offset = ipv4 ? patch_offset_ipv4 : patch_offset_ipv6;
  header_.patch_blocks = ipv4 ? 1 : 2;
  std::ranges::copy(first, header_.frame.begin());
}

bool PacketStream::same_outside_patch(std::span<const std::uint8_t> frame) const {
  const std::size_t end =
      std::min(frame.size(), header_.patch_offset + header_.patch_blocks * sizeof(PatchBlock));
  return frame.size() == header_.frame_length &&
         std::memcmp(frame.data(), header_.frame.data(), header_.patch_offset) == 0 &&
         std::memcmp(frame.data() + end, header_.frame.data() + end, frame.size() - end) == 0;
}

void PacketStream::add(std::span<const std::uint8_t> frame) {
  if (header_.packets == 0) begin(frame);
  if (!same_outside_patch(frame)) {
    throw std::invalid_argument{"a frame differs from the stream's first where it may not"};
  }
  std::array<PatchBlock, 2> patch{};
  const std::size_t bytes =
      std::min(frame.size() - header_.patch_offset, header_.patch_blocks * sizeof(PatchBlock));
  std::memcpy(patch.data(), frame.data() + header_.patch_offset, bytes);
  patches_.insert(patches_.end(), patch.begin(), patch.begin() + header_.patch_blocks);
  ++header_.packets;
}

void PacketStream::reserve(std::size_t packets) {
  patches_.reserve(packets * std::max<std::size_t>(header_.patch_blocks, 1));
}

void PacketStream::shuffle() {
  std::mt19937_64 repeatable{1};
  const std::size_t blocks = header_.patch_blocks;
  PatchBlock* const first = patches_.data();
  for (std::size_t i = header_.packets; i > 1; --i) {
    const std::size_t other = repeatable() % i;
    std::swap_ranges(first + (i - 1) * blocks, first + i * blocks, first + other * blocks);
  }
}

void PacketStream::write(std::size_t number, std::uint8_t* to) const {
  std::memcpy(to, header_.frame.data(), header_.frame.size());
  std::memcpy(to + header_.patch_offset, patches_.data() + number * header_.patch_blocks,
              header_.patch_blocks * sizeof(PatchBlock));
}

void PacketStream::save(const std::filesystem::path& path) const {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(&header_), sizeof header_);
  file.seekp(patches_offset_in_file);
  file.write(reinterpret_cast<const char*>(patches_.data()),
             static_cast<std::streamsize>(patches_.size() * sizeof(PatchBlock)));
  file.flush();
  if (!file) throw std::runtime_error{"cannot write the packets to " + path.string()};
}

}  // namespace sekimori::bench
