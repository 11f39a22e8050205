// Any sequence of bursts, from both sides and over hours, through a pipeline whose tables hold next
// to nothing, so that places are taken, refused, given back and taken again.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/support/pipeline_driver.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto fault = sekimori::test::drive_pipeline({data, size})) {
    std::fprintf(stderr, "%s\n", fault->c_str());
    std::abort();
  }
  return 0;
}
