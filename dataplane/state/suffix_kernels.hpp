#pragma once

#include "dataplane/state/suffix_burst.hpp"

namespace sekimori {

extern const SuffixBurst::Function suffix_fold_avx512;

}  // namespace sekimori
