#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/packet/dns_name.hpp"
#include "dataplane/state/suffix_set.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/golden.hpp"

namespace sekimori {

/// Names of a small world, in which many share their last labels.
[[nodiscard]] std::string random_name(Random& random, unsigned max_labels);

/// Different suffixes of up to eight labels with values.
[[nodiscard]] std::vector<SuffixSet::Entry> random_suffixes(Random& random, std::size_t count);

/// A name in wire format, its letters in any case.
[[nodiscard]] Bytes wire_name(Random& random, const DnsName& name);

/// A name that ends in one of the suffixes, most of the time.
[[nodiscard]] DnsName random_question(Random& random,
                                      const std::vector<SuffixSet::Entry>& suffixes);

/// A DNS message with the name as its first question, and `extra` bytes behind it.
[[nodiscard]] Bytes dns_message(Random& random, const Bytes& name, std::size_t extra);

/// A frame that carries the message over UDP, behind headers of any kind.
[[nodiscard]] Bytes dns_frame(Random& random, const Bytes& message);

/// A frame for the DNS kernel: questions about names of which many end in one of the suffixes,
/// messages that break rules, other packets, damaged frames.
[[nodiscard]] Bytes dns_bench_frame(Random& random, const std::vector<SuffixSet::Entry>& suffixes);

/// Such a frame with the metadata that the SYN cookie kernel gives it.
[[nodiscard]] Bytes with_metadata(const Bytes& frame, std::uint32_t ingress_ms);

/// Fills in what the DNS kernel finds out about a frame.
void add_suffix(Outcome& outcome, const SuffixSet& set);

/// What the DNS kernel has to make of a frame that `with_metadata` was given.
[[nodiscard]] Bytes with_suffix(const Bytes& frame, std::uint32_t ingress_ms, const SuffixSet& set);

}  // namespace sekimori
