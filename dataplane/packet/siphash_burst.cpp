#include "dataplane/packet/siphash_burst.hpp"

#include "dataplane/packet/siphash_kernels.hpp"
#include "dataplane/packet/siphash_lanes.hpp"

namespace sekimori {
namespace {

/// A vector of one lane is a register of the integer unit.
using Lanes [[gnu::vector_size(8)]] = std::uint64_t;

constexpr SipHashKernels siphash_scalar{.one_three = hash_burst<Lanes, 1, 3>,
                                        .two_four = hash_burst<Lanes, 2, 4>};

const SipHashKernels& kernels_of(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      break;
    case SimdLevel::avx2:
      return siphash_avx2;
    case SimdLevel::avx512:
      return siphash_avx512;
  }
  return siphash_scalar;
}

}  // namespace

SimdLevel detect_simd_level() {
  if (__builtin_cpu_supports("avx512f") != 0) return SimdLevel::avx512;
  if (__builtin_cpu_supports("avx2") != 0) return SimdLevel::avx2;
  return SimdLevel::scalar;
}

SipHashBurst::SipHashBurst(SimdLevel level)
    : one_three_(kernels_of(level).one_three), two_four_(kernels_of(level).two_four) {}

}  // namespace sekimori
