#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "tests/demo/report.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/run.hpp"

namespace {

using namespace sekimori::demo;
using sekimori::lab::LabError;
using sekimori::lab::PortDriver;

constexpr const char* description =
    "Offers the same real HTTP load to the web sites of 217 tenants four times: without an attack; "
    "with a spoofed SYN flood on one of them, unprotected; with one threshold for the whole "
    "service; and behind Sekimori. All in network namespaces that it makes and removes.";

constexpr int exit_not_shown = 1;
constexpr int exit_missing = 2;

std::vector<std::string> what_is_missing() {
  auto missing = sekimori::lab::missing_for_lab();
  for (const auto& [program, package] :
       {std::pair{"nginx", "nginx-light"}, std::pair{"trafgen", "netsniff-ng"},
        std::pair{"smtp-sink", "postfix"}}) {
    if (!sekimori::lab::program_exists(program)) {
      missing.push_back(std::string("the program ") + program + " (Debian package " + package +
                        ")");
    }
  }
  const auto dataplane = sekimori::lab::program_folder() / "sekimori-dataplane";
  if (!std::filesystem::exists(dataplane)) {
    missing.push_back("the program " + dataplane.string() + " (./dev build)");
  }
  return missing;
}

bool run_demo(const DemoOptions& options, const std::filesystem::path& json) {
  std::printf(
      "%d tenants with a web site each, real clients (%u requests a second over all of them), and "
      "an\n"
      "attacker who sends %u spoofed SYNs a second to one tenant. All share this machine's\n"
      "processors; Sekimori and the clients go first.\n\n",
      tenant_count, options.requests_per_s, options.flood_pps);
  DemoResult result;
  result.baseline = run_phase("1/4  no attack", options, Protection::none, Attack::none);
  result.without = run_phase("2/4  flood, unprotected", options, Protection::none, Attack::flood);
  result.threshold = run_phase("3/4  flood, one threshold for all", options,
                               Protection::global_threshold, Attack::flood);
  result.with = run_phase("4/4  flood, with Sekimori", options, Protection::keeper, Attack::flood);
  write_json(json, result, options);
  std::printf("\n%s\n%s\n", result.with.keeper->report.c_str(), table(result).c_str());
  bool all_shown = true;
  for (const Claim& claim : claims(result, options)) {
    std::printf("  [%s] %s\n", claim.shown ? "yes" : "NO", claim.text.c_str());
    all_shown = all_shown && claim.shown;
  }
  std::printf("\n  Numbers: %s\n", json.c_str());
  return all_shown;
}

}  // namespace

int main(int argc, char** argv) {
  DemoOptions options;
  std::filesystem::path json = "build/demo/demo.json";
  CLI::App app{description, "sekimori-demo"};
  const std::map<std::string, PortDriver> drivers{{"af_packet", PortDriver::af_packet},
                                                  {"af_xdp", PortDriver::af_xdp}};
  app.add_option("--port-driver", options.driver, "How Sekimori takes its ports")
      ->transform(CLI::CheckedTransformer(drivers))
      ->type_name("af_packet|af_xdp")
      ->default_str("af_packet");
  app.add_option("--flood-rate", options.flood_pps, "Spoofed SYNs a second")
      ->check(CLI::Range(1'000, 200'000))
      ->capture_default_str();
  app.add_option("--request-rate", options.requests_per_s, "Requests of the clients a second")
      ->check(CLI::Range(10, 1'000))
      ->capture_default_str();
  app.add_option("--json", json, "Where the numbers go")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_missing;
  }
  const auto missing = what_is_missing();
  for (const auto& item : missing) {
    std::fprintf(stderr, "sekimori-demo: missing: %s\n", item.c_str());
  }
  if (!missing.empty()) {
    return exit_missing;
  }
  try {
    return run_demo(options, json) ? 0 : exit_not_shown;
  } catch (const LabError& error) {
    std::fprintf(stderr, "\nsekimori-demo: %s\n", error.what());
    return exit_not_shown;
  }
}
