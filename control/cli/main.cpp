#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "control/cli/command_context.hpp"
#include "control/cli/exit_status.hpp"
#include "control/cli/fpga_commands.hpp"
#include "control/cli/policy_commands.hpp"
#include "control/cli/stats_commands.hpp"
#include "control/model/reference.hpp"

namespace {

using namespace sekimori;

void add_fpga_commands(CLI::App& app, FpgaChoice& choice, int& status) {
  CLI::App* fpga = app.add_subcommand("fpga", "Load and check a card with Sekimori's kernels");
  fpga->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, int (*command)(const FpgaChoice&)) {
    CLI::App* sub = fpga->add_subcommand(name, text);
    sub->add_option("--device", choice.device, "The card's number")->capture_default_str();
    sub->add_option("--xclbin", choice.xclbin, "The bitstream")
        ->required()
        ->check(CLI::ExistingFile);
    sub->callback([&choice, &status, command] { status = command(choice); });
  };
  add("load", "Load a bitstream", fpga_load_command);
  add("status", "Show the kernels and their counters", fpga_status_command);
  add("self-test", "Send known frames through the card, which must not be in use",
      fpga_self_test_command);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Operates Sekimori: shows and changes the running system through its API, checks and "
      "compiles policies, and shows what a dataplane of this machine does."};
  app.require_subcommand(1);
  int status = exit_success;

  std::string policy;
  CLI::App* check = app.add_subcommand("check", "Check a policy and show all its faults");
  check->add_option("POLICY", policy, "A policy in TOML")->required();
  check->callback([&] { status = check_command(policy); });

  std::string image;
  CLI::App* compile = app.add_subcommand("compile", "Compile a policy for the dataplane");
  compile->add_option("POLICY", policy, "A policy in TOML")->required();
  compile->add_option("-o,--output", image, "The image to write, - for standard output")
      ->required();
  compile->callback([&] { status = compile_command(policy, image); });

  std::string key;
  CLI::App* explain = app.add_subcommand("explain", "Say what a key of a policy means");
  explain->add_option("KEY", key, "A key such as object.syn or a table such as object.server");
  explain->callback([&] { status = explain_command(key); });

  std::string instance = "default";
  bool json = false;
  CLI::App* stats = app.add_subcommand("stats", "Show what a dataplane has done since its start");
  stats->add_option("--instance", instance, "The dataplane's instance name")->capture_default_str();
  stats->add_flag("--json", json, "Everything, as JSON");
  stats->callback([&] { status = stats_command(instance, json); });

  bool once = false;
  CLI::App* top = app.add_subcommand("top", "Show what a dataplane does now, until q is pressed");
  top->add_option("--instance", instance, "The dataplane's instance name")->capture_default_str();
  top->add_flag("--once", once, "Show one second and end");
  top->callback([&] { status = top_command(instance, once); });

  CommandContext context;
  add_status_commands(app, context);
  add_incident_commands(app, context);
  add_transaction_commands(app, context);
  add_record_commands(app, context);
  add_person_commands(app, context);

  FpgaChoice choice;
  add_fpga_commands(app, choice, status);

  app.add_subcommand("config-reference", "Print docs/CONFIG.md")->callback([] {
    std::fputs(config_reference().c_str(), stdout);
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_success : exit_wrong_input;
  }
  return status != exit_success ? status : context.status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekictl: %s\n", error.what());
    return sekimori::exit_failure;
  }
}
