#pragma once

namespace sekimori::bench {

/// Nanoseconds per packet of dpdk-testpmd, which forwards between two in-memory ports without
/// looking at the packets (mode io), on one core and with our burst size. Throws when it does not
/// run.
double testpmd_io_ns(bool huge_pages);

}  // namespace sekimori::bench
