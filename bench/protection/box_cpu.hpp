#pragma once

#include "tests/support/veth.hpp"

namespace sekimori::bench {

/// Lets the kernel receive at a veth interface in a thread of its own (threaded NAPI), on the box's
/// CPU and ahead of ordinary threads. Otherwise it would receive in the sender's name, and an
/// attacker could send no faster than the box works, which no box can count on.
class BoxCpu {
 public:
  /// Throws LabError when the kernel has no such thread for the interface.
  explicit BoxCpu(const lab::Port& port);
};

}  // namespace sekimori::bench
