#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "control/cli/api_client.hpp"
#include "control/cli/exit_status.hpp"

namespace sekimori {

/// What all commands that ask the API share. It outlives the parsing of the command line.
struct CommandContext {
  ConnectionSettings flags;
  std::string settings_file;
  bool json = false;
  int status = exit_success;

  /// Runs a call with a client for the settings, and shows the answer: as JSON if that was asked
  /// for, else as `view` writes it. Explains a failure on standard error.
  void show(const std::function<CallResult<Json>(const ApiClient&)>& call,
            const std::function<std::string(const Json&)>& view);
  /// The same of an answer that is text.
  void show_text(const std::function<CallResult<std::string>(const ApiClient&)>& call);

  /// Writes to standard error and takes the exit status.
  void fail(const CallFailure& failure);
  void refuse(const std::string& words) { fail({.exit_status = exit_wrong_input, .words = words}); }
};

/// A command with the flags that say where the API is and who asks, and --json.
CLI::App* add_api_command(CLI::App& parent, CommandContext& context, const std::string& name,
                          const std::string& text);

// The groups of commands, each in a file of its own.
void add_status_commands(CLI::App& app, CommandContext& context);
void add_incident_commands(CLI::App& app, CommandContext& context);
void add_transaction_commands(CLI::App& app, CommandContext& context);
void add_record_commands(CLI::App& app, CommandContext& context);
void add_person_commands(CLI::App& app, CommandContext& context);

}  // namespace sekimori
