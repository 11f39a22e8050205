#include "bench/system/pktgen.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "bench/system/captures.hpp"
#include "common/clock.hpp"
#include "tests/support/process.hpp"

namespace sekimori::bench {

namespace {

/// Each with a source of its own, so that few answers go to one address.
constexpr std::size_t capture_frames = 1U << 14;
/// Pktgen measures its rate once a second.
constexpr std::uint64_t shortest_trial_ms = 2000;
constexpr unsigned settle_ms = 200;
constexpr std::chrono::minutes patience{30};

std::string setting(const std::string& name, const auto& value) {
  std::ostringstream text;
  text << "SEKIMORI_" << name << '=' << value;
  return text.str();
}

/// What the script has reported.
nlohmann::json last_result(const std::string& path) {
  std::ifstream file{path};
  nlohmann::json result;
  for (std::string line; std::getline(file, line);) result = nlohmann::json::parse(line);
  return result;
}

}  // namespace

bool Pktgen::installed() {
  const char* path = std::getenv("PATH");
  std::istringstream folders{path == nullptr ? "" : path};
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((folder + "/pktgen").c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// The device's worker has the second CPU, so Pktgen takes the third where there is one.
std::vector<std::string> Pktgen::command(const TestFrames& frames, const CablePair& ports,
                                         const std::string& capture,
                                         const std::string& results) const {
  const std::vector<unsigned> cpus = usable_cpus();
  const unsigned worker_cpu = cpus.size() > 2 ? cpus[2] : cpus[0];
  std::vector<std::string> words{
      "env",
      setting("NAME", frames.wire_bytes()),
      setting("FRAME_BYTES", frames.wire_bytes()),
      setting("RECEIVE_PORT", frames.answered() ? 0 : 1),
      setting("TRIAL_MS", std::max(shortest_trial_ms, trial_ns_ / ns_per_ms)),
      setting("SETTLE_MS", settle_ms),
      setting("ATTEMPTS", search_.attempts),
      setting("PRECISION", search_.precision),
      setting("RESULTS", results),
      "pktgen",
      "--no-pci",
      "--no-telemetry",
      "--file-prefix=" + site_.run.name() + "-pktgen",
      "--iova-mode=va",
      "--lcores=0@" + std::to_string(cpus[0]) + ",1@" + std::to_string(worker_cpu)};
  if (huge_pages_) {
    words.emplace_back("--in-memory");
  } else {
    words.insert(words.end(), {"--no-huge", "--no-shconf", "-m", "512"});
  }
  for (const std::string& port : ports.ports) words.push_back("--vdev=" + port);
  words.insert(words.end(), {"--", "-P", "-m", "1.[0-1]", "-s", "0:" + capture, "-f",
                             std::string{SEKIMORI_PKTGEN_SCRIPTS} + "/throughput.lua"});
  return words;
}

Throughput Pktgen::throughput(const TestFrames& frames, const CablePair& ports) {
  const std::string capture = site_.file("pktgen.pcap");
  const std::string results = site_.file("pktgen.jsonl");
  write_capture(frames, capture_frames, capture);
  std::filesystem::remove(results);
  lab::Process process{site_.generator, command(frames, ports, capture, results),
                       site_.file("pktgen.log")};
  const auto status = process.wait(patience);
  const nlohmann::json result = last_result(results);
  if (status != 0 || !result.contains("pps")) {
    throw std::runtime_error{"pktgen ends " +
                             (status ? "with status " + std::to_string(*status) : "not in time") +
                             " and without a result:\n" + process.output()};
  }
  return {.pps = result.at("pps").get<double>(),
          .generator_limited = result.at("limited_by") == "generator",
          .trials = 0};
}

}  // namespace sekimori::bench
