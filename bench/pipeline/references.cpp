#include "bench/pipeline/references.hpp"

#include <unistd.h>

#include <string>

#include "bench/source/source.hpp"

namespace sekimori::bench {

namespace {

/// One port that sends back by itself, as our outside port does with SYN-ACKs.
TestpmdPlan plan(const char* mode, const std::filesystem::path& stream, bool huge_pages) {
  return {.mode = mode,
          .eal_arguments = {"--vdev", std::string{source_driver} + "0,stream=" + stream.string()},
          .arguments = {"--port-topology=loop"},
          .driver = SEKIMORI_BENCH_SOURCE,
          .huge_pages = huge_pages};
}

TestpmdPlan null_plan(bool huge_pages) {
  return {.mode = "io",
          .eal_arguments = {"--vdev=net_null0", "--vdev=net_null1"},
          .arguments = {},
          .driver = {},
          .huge_pages = huge_pages};
}

}  // namespace

TemporaryStreamFile::TemporaryStreamFile(const PacketStream& stream)
    : path_(std::filesystem::temp_directory_path() /
            ("sekimori-bench-" + std::to_string(getpid()) + ".packets")) {
  stream.save(path_);
}

TemporaryStreamFile::~TemporaryStreamFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

References::References(const PacketStream& stream, bool huge_pages)
    : file(stream),
      io(plan("io", file.path(), huge_pages)),
      macswap(plan("macswap", file.path(), huge_pages)),
      null(null_plan(huge_pages)) {}

}  // namespace sekimori::bench
