#pragma once

#include <linux/types.h>

// What the generator tells its part in the kernel before that is loaded.
struct syn_flood_parameters {
  __u32 frame[15];     // a SYN but for what differs from SYN to SYN
  __u32 ipv4_sum;      // over its IP header, not folded (RFC 1071)
  __u32 tcp_sum;       // over its TCP header and pseudo-header
  __u32 first_source;  // spoofed sources begin here, in host order
  __u32 source_mask;   // the bits that differ
  __u32 interface;     // index of the interface to send from
};
