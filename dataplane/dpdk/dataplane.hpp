#pragma once

#include <tl/expected.hpp>

#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/options.hpp"

namespace sekimori {

/// The life of the dataplane: sets everything up, prints `ready`, runs until a signal ends it, and
/// takes everything down again.
tl::expected<void, Failure> run_dataplane(const Options& options);

}  // namespace sekimori
