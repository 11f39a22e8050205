// Any burst of any frames behind a card: metadata are read from the frames alone, a frame that has
// none stays as it is, and the pipeline decides on each frame once. The input is a row of records:
// the frame's length as two big-endian bytes, and the frame. The last record may be cut short.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <vector>

#include "dataplane/packet/card_marks.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/test_worker.hpp"

namespace {

using namespace sekimori;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The frame as it came, but for what was taken out of it.
void check(const test::Bytes& before, const Frame& after, bool read) {
  const std::size_t taken = read ? metadata::bytes : 0;
  require(after.length + taken == before.size());
  const std::span came{before};
  const std::span left{after.data, after.length};
  const std::size_t addresses = std::min(metadata::offset, came.size());
  require(std::ranges::equal(left.first(addresses), came.first(addresses)));
  require(std::ranges::equal(left.subspan(addresses), came.subspan(addresses + taken)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input{data, size};
  std::vector<test::Bytes> came;
  while (input.size() >= 2 && came.size() < max_burst) {
    const std::size_t asked = load<be16>(input.data()).host();
    const auto bytes = input.subspan(2, std::min(asked, input.size() - 2));
    came.emplace_back(bytes.begin(), bytes.end());
    input = input.subspan(2 + bytes.size());
  }
  std::vector<test::FrameBuffer> buffers;
  std::vector<Frame> frames;
  for (const test::Bytes& bytes : came) frames.push_back(buffers.emplace_back(bytes).frame());
  CardMarks marks;
  take_marks(frames, marks);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    check(came[i], frames[i], (marks.read >> i & 1) != 0);
  }

  const test::TestPolicy policy = test::policy_with_mode(SynMode::proxy);
  test::TestGround ground{policy};
  Pipeline pipeline{
      ground.policy.global(), 1, ground.secret, ground.keys, ground.stats, ground.meters,
      *ground.evidence};
  std::vector<Decision> decisions(frames.size());
  pipeline.process(Side::outside, frames, decisions, ground.policy, ground.now, &marks);
  const auto& verdicts = ground.stats.verdicts;
  require(std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0}) == frames.size());
  for (const Frame& frame : frames) require(frame.length <= frame.capacity);
  return 0;
}
