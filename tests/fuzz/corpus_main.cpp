// Stands in for libFuzzer in ordinary builds: gives every file of a seed corpus to the target.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// Every input is a block of its own and of its exact size, so that AddressSanitizer sees a read
/// behind its end.
void run(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> copy(data, data + size);
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

/// The seed itself and what is left of it when it is cut, at up to 512 places.
void run_with_cuts(const std::vector<std::uint8_t>& seed) {
  constexpr std::size_t most_cuts = 512;
  const std::size_t step = std::max<std::size_t>(1, seed.size() / most_cuts);
  for (std::size_t size = 0; size < seed.size(); size += step) run(seed.data(), size);
  run(seed.data(), seed.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  std::size_t seeds = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{argv[1]}) {
    if (!entry.is_regular_file()) continue;
    run_with_cuts(read_file(entry.path()));
    ++seeds;
  }
  std::printf("%zu seeds\n", seeds);
  return seeds == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
