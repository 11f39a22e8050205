// Any burst of any frames: what is taken apart into columns is what the parser finds no fault with,
// says the same, and is read from the frames alone. The input is a row of records: one byte with
// the checksum hint, the frame's length as two little-endian bytes, and the frame. The last record
// may be cut short.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tests/support/plain_check.hpp"

namespace {

using namespace sekimori;

/// Frames in blocks of just their sizes: no room behind them is needed.
struct Frames {
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks;
  std::vector<Frame> frames;

  void add(std::span<const std::uint8_t> bytes, ChecksumHint hint) {
    blocks.push_back(std::make_unique<std::uint8_t[]>(bytes.size()));
    std::ranges::copy(bytes, blocks.back().get());
    const auto length = static_cast<std::uint32_t>(bytes.size());
    frames.push_back(
        {.data = blocks.back().get(), .length = length, .capacity = length, .checksum = hint});
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input{data, size};
  const auto plain = std::make_unique<PlainTcp>();
  while (input.size() >= 3) {
    Frames burst;
    while (input.size() >= 3 && burst.frames.size() < max_burst) {
      const auto hint = static_cast<ChecksumHint>(input[0] % 3);
      const std::size_t wanted = input[1] | std::size_t{input[2]} << 8;
      const std::size_t length = std::min(wanted, input.size() - 3);
      burst.add(input.subspan(3, length), hint);
      input = input.subspan(3 + length);
    }
    if (const auto difference = test::check_plain(burst.frames, *plain)) {
      std::fprintf(stderr, "%s\n", difference->c_str());
      std::abort();
    }
  }
  return 0;
}
