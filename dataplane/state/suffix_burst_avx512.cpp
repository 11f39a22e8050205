// Compiled for AVX-512 and called only where the CPU has it.

#include "dataplane/state/suffix_kernels.hpp"
#include "dataplane/state/suffix_lanes.hpp"

namespace sekimori {
namespace {

using Lanes [[gnu::vector_size(64)]] = std::uint64_t;

}  // namespace

const SuffixBurst::Function suffix_fold_avx512 = fold_burst<Lanes>;

}  // namespace sekimori
