// What is translated one way and back is what it was, checksums included.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/rewrite.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;

/// A TCP segment with options that carry numbers, at any alignment.
Bytes segment(std::uint32_t sequence, std::uint32_t acknowledgement, std::uint16_t window,
              bool ipv6, unsigned shift) {
  const std::string ends =
      ipv6 ? "[2001:db8::7]:4000 > [2001:db8::10]:80 " : "198.51.100.7:4000 > 192.0.2.10:80 ";
  std::string options;
  for (unsigned i = 0; i < shift; ++i) options += " nop";
  return test::frame_bytes(ends + "tcp [P.] seq=" + std::to_string(sequence) + " ack=" +
                           std::to_string(acknowledgement) + " win=" + std::to_string(window) +
                           options + " ts=77/99 sack=1000-2000,3000-4000 len=33");
}

Translation reverse(const Translation& by) {
  return {.sequence = -by.sequence,
          .acknowledgement = -by.acknowledgement,
          .timestamp_value = -by.timestamp_value,
          .timestamp_echo = -by.timestamp_echo};
}

void apply(Frame& frame, const Translation& by) {
  const Headers headers = parse(frame);
  translate(frame.data + headers.transport_offset, headers.options, by);
}

RC_GTEST_PROP(Translation, ForthAndBackIsTheIdentity,
              (std::uint32_t sequence, std::uint32_t acknowledgement, std::uint16_t window,
               bool ipv6, std::uint32_t add_sequence, std::uint32_t add_acknowledgement,
               std::uint32_t add_value, std::uint32_t add_echo)) {
  const Bytes before = segment(sequence, acknowledgement, window, ipv6, *rc::gen::inRange(0U, 4U));
  const Translation by{.sequence = add_sequence,
                       .acknowledgement = add_acknowledgement,
                       .timestamp_value = add_value,
                       .timestamp_echo = add_echo};
  test::FrameBuffer buffer{before};
  apply(buffer.frame(), by);
  const Headers there = parse(buffer.frame());
  RC_ASSERT(!there.fault);
  RC_ASSERT(there.sequence == sequence + add_sequence);
  RC_ASSERT(there.acknowledgement == acknowledgement + add_acknowledgement);
  apply(buffer.frame(), reverse(by));
  RC_ASSERT(!parse(buffer.frame()).fault);
  // The two representations of a zero checksum aside, every byte is back.
  const Bytes after = buffer.bytes();
  RC_ASSERT(after == before);
}

RC_GTEST_PROP(Translation, WhatIsRemovedLeavesAValidSegment,
              (std::uint32_t sequence, std::uint32_t acknowledgement, bool timestamps, bool sack)) {
  test::FrameBuffer buffer{
      segment(sequence, acknowledgement, 1000, false, *rc::gen::inRange(0U, 4U))};
  apply(buffer.frame(),
        {.acknowledgement = 12345, .remove_timestamps = timestamps, .remove_sack = sack});
  const Headers headers = parse(buffer.frame());
  RC_ASSERT(!headers.fault);
  RC_ASSERT(headers.options.has_timestamps() == !timestamps);
  RC_ASSERT((headers.options.sack_blocks != 0) == !sack);
}

RC_GTEST_PROP(Translation, AWindowIsNeverClosedByScaling, (std::uint16_t window)) {
  const int shift = *rc::gen::inRange(-14, 15);
  const std::uint16_t scaled = rescale_window(window, shift);
  RC_ASSERT((scaled == 0) == (window == 0));
  if (shift >= 0) RC_ASSERT(scaled >= window);
  if (shift <= 0) RC_ASSERT(scaled <= window);
}

RC_GTEST_PROP(Checksum, AnUpdateEqualsTheSumOfTheNewBytes,
              (std::array<std::uint8_t, 40> bytes, std::uint32_t word)) {
  const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, 18)) * 2;
  const be32 before = load<be32>(bytes.data() + at);
  const be16 old = checksum_field(checksum_sum(bytes.data(), bytes.size()));
  store(bytes.data() + at, be32{word});
  const be16 updated = checksum_update(old, before, be32{word});
  const std::uint64_t sum = checksum_sum(bytes.data(), bytes.size());
  RC_ASSERT(checksum_fold(sum + updated.raw()) == 0xffff || sum == 0);
}

}  // namespace
}  // namespace sekimori
