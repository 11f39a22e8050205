#pragma once

#include "dataplane/packet/siphash_burst.hpp"

namespace sekimori {

/// The two hashes for one instruction set.
struct SipHashKernels {
  SipHashBurst::Function one_three;
  SipHashBurst::Function two_four;
};

extern const SipHashKernels siphash_avx2;
extern const SipHashKernels siphash_avx512;

}  // namespace sekimori
