#include "bench/pipeline/references.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "bench/source/source.hpp"

namespace sekimori::bench {

/// A stream in a file that goes with this object.
class TemporaryStreamFile {
 public:
  explicit TemporaryStreamFile(const PacketStream& stream)
      : path_(std::filesystem::temp_directory_path() /
              ("sekimori-bench-" + std::to_string(getpid()) + ".packets")) {
    stream.save(path_);
  }
  TemporaryStreamFile(const TemporaryStreamFile&) = delete;
  TemporaryStreamFile& operator=(const TemporaryStreamFile&) = delete;
  ~TemporaryStreamFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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

References::References(const TemporaryStreamFile& file, bool huge_pages)
    : io(plan("io", file.path(), huge_pages)),
      macswap(plan("macswap", file.path(), huge_pages)),
      null(null_plan(huge_pages)) {}

References::References(const PacketStream& stream, bool huge_pages)
    : References(TemporaryStreamFile{stream}, huge_pages) {}

}  // namespace sekimori::bench
