#include "dataplane/packet/card_marks.hpp"

#include <cassert>
#include <cstring>

#include "common/bytes.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori {
namespace {

static_assert(metadata::offset == offsetof(EthernetHeader, type),
              "metadata stand where the frame's own EtherType was");

CardMark read(const std::uint8_t* header) {
  return {.agreed = header[metadata::at_agreed],
          .cookie_slot = header[metadata::at_cookie_slot],
          .syns = load<be16>(header + metadata::at_syns).host(),
          .flow_hash = load<be32>(header + metadata::at_flow_hash).host()};
}

void take_out(Frame& frame) {
  constexpr std::uint32_t taken = metadata::bytes;
  std::memmove(frame.data + taken, frame.data, metadata::offset);
  frame.data += taken;
  frame.length -= taken;
  frame.capacity -= taken;
}

}  // namespace

bool has_metadata(std::span<const std::uint8_t> frame) {
  constexpr be16 type{metadata::ethertype};
  return frame.size() >= sizeof(EthernetHeader) &&
         load<be16>(frame.data() + metadata::offset) == type;
}

void take_marks(std::span<Frame> frames, CardMarks& marks) {
  assert(frames.size() <= max_burst);
  marks.read = marks.invalid = 0;
  marks.cookie_valid = marks.syn_acks = marks.reports = marks.dns_matched = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Frame& frame = frames[i];
    if (!has_metadata({frame.data, frame.length})) continue;
    const std::uint64_t bit = std::uint64_t{1} << i;
    const std::uint8_t* header = frame.data + metadata::offset;
    if (frame.length < sizeof(EthernetHeader) + metadata::bytes ||
        header[metadata::at_version] != metadata::version) {
      marks.invalid |= bit;
      continue;
    }
    const std::uint8_t flags = header[metadata::at_flags];
    const auto set_of = [&](std::uint8_t flag) { return (flags & flag) != 0 ? bit : 0; };
    marks.read |= bit;
    marks.cookie_valid |= set_of(metadata::cookie_valid);
    marks.dns_matched |= set_of(metadata::dns_matched);
    marks.mark[i] = read(header);
    (marks.mark[i].syns == 0 ? marks.syn_acks : marks.reports) |= set_of(metadata::syn_answered);
    if ((flags & metadata::checksum_good) != 0) frame.checksum = ChecksumHint::good;
    take_out(frame);
  }
}

}  // namespace sekimori
