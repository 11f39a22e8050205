#include "bench/traffic/pipeline_bed.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "common/policy_source.hpp"

namespace sekimori::bench {

namespace {

PolicyImage compile(const std::string& toml) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("sekimori-bench-" + std::to_string(getpid()) + ".toml");
  std::ofstream{path} << toml;
  auto image = load_policy(path);
  std::filesystem::remove(path);
  if (!image) throw std::runtime_error{"the benchmark's policy: " + image.error().message};
  return std::move(*image);
}

}  // namespace

std::unique_ptr<const PolicyTables> policy_tables(const std::string& toml) {
  PolicyImage image = compile(toml);
  ObjectSlots slots{image.global().object_capacity};
  auto built = PolicyTables::build(std::move(image), slots);
  if (!built) throw std::runtime_error{"the benchmark's policy: " + built.error()};
  return std::make_unique<const PolicyTables>(std::move(*built));
}

PipelineBed::PipelineBed(const GlobalRecord& capacities, unsigned workers)
    : secret_(MasterSecret::from_seed(1)),
      stats_(std::make_unique<WorkerStats>()),
      meters_(capacities.object_capacity),
      evidence_(std::make_unique<WorkerEvidence>()),
      pipeline_(capacities, workers, secret_, keys_, *stats_, meters_, *evidence_) {}

}  // namespace sekimori::bench
