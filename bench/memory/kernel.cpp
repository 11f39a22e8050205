#include "bench/memory/kernel.hpp"

#include <fstream>
#include <sstream>

namespace sekimori::bench {

std::optional<std::size_t> slab_object_bytes(std::istream& slabinfo, const std::string& cache) {
  for (std::string line; std::getline(slabinfo, line);) {
    std::istringstream words{line};
    std::string name;
    std::size_t active_objects = 0;
    std::size_t objects = 0;
    std::size_t object_bytes = 0;
    if (words >> name >> active_objects >> objects >> object_bytes && name == cache) {
      return object_bytes;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> kernel_object_bytes(const std::vector<std::string>& caches) {
  std::optional<std::size_t> sum;
  for (const std::string& cache : caches) {
    std::ifstream slabinfo{"/proc/slabinfo"};
    const auto bytes = slab_object_bytes(slabinfo, cache);
    if (!bytes) return std::nullopt;
    sum = sum.value_or(0) + *bytes;
  }
  return sum;
}

}  // namespace sekimori::bench
