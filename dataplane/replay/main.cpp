// sekimori-replay: runs captured packets through the dataplane's pipeline, on their own time.

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "common/policy_source.hpp"
#include "dataplane/replay/replay.hpp"
#include "dataplane/replay/report.hpp"
#include "dataplane/replay/tally.hpp"

namespace sekimori {
namespace {

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

struct Options {
  std::string policy;
  std::array<std::string, 2> in;
  std::array<std::string, 2> out;
  std::string secret_file;
  std::string sources_file;
  std::optional<std::uint64_t> seed;
  bool json = false;
};

void declare(CLI::App& app, Options& options) {
  app.add_option("policy,--policy", options.policy, "policy, as TOML or compiled")->required();
  auto* outside =
      app.add_option("capture,--outside", options.in[0], "capture of what arrives outside");
  auto* inside = app.add_option("--inside", options.in[1], "capture of what arrives inside");
  app.add_option("--to-outside", options.out[0], "capture to write: what would be sent outside");
  app.add_option("--to-inside", options.out[1], "capture to write: what would be sent inside");
  auto* seed = app.add_option("--seed", options.seed,
                              "derive all keys from this number, so that a run can be repeated");
  app.add_option("--secret-file", options.secret_file,
                 "derive all keys from the 32 bytes of this file, as other nodes do")
      ->excludes(seed);
  auto* json = app.add_flag("--json", options.json, "print JSON instead of tables");
  app.add_option("--sources", options.sources_file,
                 "also count what becomes of packets from outside by object and by the sources in "
                 "this file, one address a line")
      ->needs(json);
  app.final_callback([outside, inside] {
    if (outside->empty() && inside->empty()) {
      throw CLI::RequiredError("--outside or --inside");
    }
  });
}

int complain(int status, const std::string& message) {
  if (!message.empty()) std::fprintf(stderr, "sekimori-replay: %s\n", message.c_str());
  return status;
}

tl::expected<MasterSecret, std::string> secret_of(const Options& options) {
  if (options.seed) return MasterSecret::from_seed(*options.seed);
  if (!options.secret_file.empty()) return MasterSecret::load(options.secret_file);
  return MasterSecret::random();
}

/// Opens the captures; the error is about what the user named.
tl::expected<ReplayFiles, std::string> open_files(const Options& options) {
  ReplayFiles files;
  for (std::size_t side = 0; side < 2; ++side) {
    if (!options.in[side].empty()) {
      auto reader = CaptureReader::open(options.in[side]);
      if (!reader) return tl::unexpected{reader.error()};
      files.in[side] = std::move(*reader);
    }
  }
  for (std::size_t side = 0; side < 2; ++side) {
    if (!options.out[side].empty()) {
      auto writer = CaptureWriter::create(options.out[side]);
      if (!writer) return tl::unexpected{writer.error()};
      files.out[side] = std::move(*writer);
    }
  }
  return files;
}

/// What a reader of the figures has to know about their source. Returns the exit status.
int judge(const Replay& replay) {
  int status = 0;
  for (const auto& reader : replay.files().in) {
    if (reader && !reader->fault().empty()) {
      status = complain(exit_failure, reader->path() + ": " + reader->fault() +
                                          "; the figures cover what lies before it");
    }
  }
  if (const std::uint64_t cut = replay.totals().packets_cut; cut != 0) {
    complain(0, std::to_string(cut) +
                    " packets were not captured whole (snap length), so that their checksums and "
                    "lengths cannot be right; the pipeline saw the part that is there");
  }
  if (const std::string imbalance = replay_imbalance(replay); !imbalance.empty()) {
    status = complain(exit_failure,
                      "the totals do not add up, which is a fault of this program: " + imbalance);
  }
  return status;
}

void print(const Options& options, const PolicyTables& policy, const Replay& replay,
           const std::optional<Tally>& tally) {
  std::string report;
  if (options.json) {
    Json json = replay_json(policy, replay);
    if (tally) json["tally"] = tally->json(policy);
    report = json.dump(2) + "\n";
  } else {
    report = replay_text(policy, replay);
  }
  std::fputs(report.c_str(), stdout);
}

int run(const Options& options) {
  auto image = load_policy(options.policy);
  if (!image) return complain(image.error().exit_status, image.error().message);
  const auto secret = secret_of(options);
  if (!secret) return complain(exit_usage, secret.error());
  ObjectSlots slots{image->global().object_capacity};
  const auto policy = PolicyTables::build(std::move(*image), slots);
  if (!policy) return complain(exit_usage, options.policy + ": " + policy.error());
  auto files = open_files(options);
  if (!files) return complain(exit_usage, files.error());

  std::optional<Tally> tally;
  if (!options.sources_file.empty()) {
    auto loaded = Tally::load(options.sources_file);
    if (!loaded) return complain(exit_usage, loaded.error());
    tally = std::move(*loaded);
  }

  Replay replay{*policy, *secret, std::move(*files)};
  if (tally) replay.count_into(*tally);
  replay.run();
  if (const auto written = replay.finish(); !written) {
    return complain(exit_failure, written.error());
  }
  print(options, *policy, replay, tally);
  return judge(replay);
}

}  // namespace
}  // namespace sekimori

int main(int argc, char** argv) {
  try {
    sekimori::Options options;
    CLI::App app{
        "Runs captured packets through Sekimori's packet path, on their own time, and says "
        "what became of them."};
    app.name("sekimori-replay");
    sekimori::declare(app, options);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : sekimori::exit_usage;
    }
    return sekimori::run(options);
  } catch (const std::exception& error) {
    return sekimori::complain(sekimori::exit_failure, error.what());
  }
}
