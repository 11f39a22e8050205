#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace sekimori {

/// Allocates what is large in whole huge pages, if the kernel has them to spare. Tables are looked
/// up at random, and with ordinary pages nearly every lookup would miss the TLB, too. Whatever it
/// allocates has its cache lines to itself, so that workers do not write to each other's.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>&) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    const bool large = bytes >= page_bytes / 8;
    const std::size_t alignment = large ? page_bytes : cache_line_bytes;
    const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, whole);
    if (memory == nullptr) throw std::bad_alloc{};
    // Only advice: where the kernel has none, ordinary pages do.
    if (large) madvise(memory, whole, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static constexpr std::size_t page_bytes = std::size_t{2} << 20;
  static constexpr std::size_t cache_line_bytes = 64;
};

template <typename T>
using HugePageVector = std::vector<T, HugePageAllocator<T>>;

}  // namespace sekimori
