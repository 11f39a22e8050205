// Frames that are taken apart into columns are those that the parser finds no fault with, and say
// the same.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

#include "tests/property/random_bursts.hpp"
#include "tests/support/plain_check.hpp"

namespace sekimori {
namespace {

using test::RandomBurst;
using test::Seeds;

/// The same columns serve many bursts, so a case is several of them.
void check_bursts(test::MakeFrame make) {
  const auto plain = std::make_unique<PlainTcp>();
  for (const Seeds& seeds : *rc::gen::container<std::vector<Seeds>>(3, test::burst_seeds())) {
    const RandomBurst burst{seeds, make};
    const auto difference = test::check_plain(burst.frames(), *plain);
    RC_ASSERT(difference.value_or("") == "");
  }
}

RC_GTEST_PROP(PlainTcp, IsWhatParseFindsNoFaultWith, ()) {
  check_bursts(test::random_frame);
}

RC_GTEST_PROP(PlainTcp, IsEverythingInABurstOfRightSegments, ()) {
  const auto plain = std::make_unique<PlainTcp>();
  const RandomBurst burst{*test::burst_seeds(), test::make_plain_tcp};
  RC_ASSERT(take_plain(burst.frames(), *plain) == burst.all());
}

RC_GTEST_PROP(PlainTcp, HasTheSetsThatAPlainLoopFinds, ()) {
  check_bursts(test::make_plain_tcp);
}

}  // namespace
}  // namespace sekimori
