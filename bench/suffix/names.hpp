#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/state/suffix_set.hpp"

namespace sekimori::bench {

/// The suffixes of a set, and DNS messages that ask about names, half of which end in one of them.
struct NameWorld {
  std::vector<SuffixSet::Entry> suffixes;
  std::vector<std::vector<std::uint8_t>> messages;
};

/// `suffixes` domains as a registry has them: a name of 4 to 20 letters under one of 300 public
/// suffixes. The names asked about have one or two labels in front, as clients ask.
[[nodiscard]] NameWorld make_names(std::size_t suffixes, std::size_t messages);

}  // namespace sekimori::bench
