#include "bench/memory/resident.hpp"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace sekimori::bench {

namespace {

/// What is resident now. The kernel adds up this file's pages one by one; the counters in
/// /proc/self/statm lag behind.
std::size_t resident_bytes() {
  std::ifstream file{"/proc/self/smaps_rollup"};
  std::size_t kibibytes = 0;
  for (std::string key; file >> key;) {
    std::size_t value = 0;
    if ((key == "Rss:" || key == "Private_Hugetlb:" || key == "Shared_Hugetlb:") && file >> value) {
      kibibytes += value;
    }
  }
  if (kibibytes == 0) throw std::runtime_error{"/proc/self/smaps_rollup cannot be read"};
  return kibibytes * 1024;
}

std::size_t growth_here(const std::function<std::shared_ptr<void>()>& make) {
  // Tables get fresh pages of their own, and what was freed on the way does not count.
  constexpr int fresh_from_bytes = 32 * 1024;
  mallopt(M_MMAP_THRESHOLD, fresh_from_bytes);
  // The first time also brings in pages of the program and its libraries, which are no content.
  make().reset();
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  const std::shared_ptr<void> kept = make();
  malloc_trim(0);
  const std::size_t after = resident_bytes();
  return after > before ? after - before : 0;
}

}  // namespace

std::size_t resident_growth(const std::function<std::shared_ptr<void>()>& make) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error{"no pipe to a child"};
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"no child to measure memory in"};
  if (child == 0) {
    int status = 1;
    try {
      const std::size_t growth = growth_here(make);
      if (write(ends[1], &growth, sizeof(growth)) == sizeof(growth)) status = 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    _exit(status);
  }
  close(ends[1]);
  std::size_t growth = 0;
  const bool told = read(ends[0], &growth, sizeof(growth)) == sizeof(growth);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!told || status != 0) throw std::runtime_error{"the child that measures memory has failed"};
  return growth;
}

}  // namespace sekimori::bench
