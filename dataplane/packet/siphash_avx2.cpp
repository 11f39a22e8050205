#include "dataplane/packet/siphash_kernels.hpp"
#include "dataplane/packet/siphash_lanes.hpp"

namespace sekimori {
namespace {

using Lanes [[gnu::vector_size(32)]] = std::uint64_t;

}  // namespace

const SipHashKernels siphash_avx2{.one_three = hash_burst<Lanes, 1, 3>,
                                  .two_four = hash_burst<Lanes, 2, 4>};

}  // namespace sekimori
