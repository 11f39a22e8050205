#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace sekimori::bench {

/// The size of an object of a slab cache, from the text of /proc/slabinfo; nothing if the cache is
/// not in it.
[[nodiscard]] std::optional<std::size_t> slab_object_bytes(std::istream& slabinfo,
                                                           const std::string& cache);

/// One object of each cache of this kernel together; nothing if it does not say, which it does to
/// root only, or if there are no caches.
[[nodiscard]] std::optional<std::size_t> kernel_object_bytes(
    const std::vector<std::string>& caches);

}  // namespace sekimori::bench
