#include "control/cli/command_context.hpp"

#include <cstdio>

namespace sekimori {
namespace {

tl::expected<ApiClient, CallFailure> client_of(const CommandContext& context) {
  auto settings = resolve_settings(setting_sources(context.flags, context.settings_file));
  if (!settings) {
    return tl::unexpected{CallFailure{.exit_status = exit_wrong_input, .words = settings.error()}};
  }
  return ApiClient{std::move(*settings)};
}

}  // namespace

void CommandContext::fail(const CallFailure& failure) {
  std::fprintf(stderr, "sekictl: %s\n", failure.words.c_str());
  status = failure.exit_status;
}

void CommandContext::show(const std::function<CallResult<Json>(const ApiClient&)>& call,
                          const std::function<std::string(const Json&)>& view) {
  const auto client = client_of(*this);
  if (!client) return fail(client.error());
  const auto answer = call(*client);
  if (!answer) return fail(answer.error());
  std::string text;
  try {
    text = json ? answer->dump(2) + "\n" : view(*answer);
  } catch (const Json::exception&) {
    return fail({.exit_status = exit_failure,
                 .words = "the answer has another shape than expected; are server and sekictl of "
                          "the same version?"});
  }
  std::fputs(text.c_str(), stdout);
}

void CommandContext::show_text(
    const std::function<CallResult<std::string>(const ApiClient&)>& call) {
  const auto client = client_of(*this);
  if (!client) return fail(client.error());
  const auto answer = call(*client);
  if (!answer) return fail(answer.error());
  std::fputs(answer->c_str(), stdout);
}

CLI::App* add_api_command(CLI::App& parent, CommandContext& context, const std::string& name,
                          const std::string& text) {
  CLI::App* command = parent.add_subcommand(name, text);
  command->add_flag("--json", context.json, "The API's answer, as JSON");
  const std::string group = "Connection";
  command->add_option("--url", context.flags.url, "The API, https://HOST:PORT")->group(group);
  command->add_option("--ca", context.flags.ca, "The certificate of its authority")->group(group);
  command->add_option("--certificate", context.flags.certificate, "Your certificate")->group(group);
  command->add_option("--key", context.flags.key, "Its key")->group(group);
  command
      ->add_option("--settings", context.settings_file,
                   "A file with these, instead of ~/.config/sekimori/sekictl.toml")
      ->group(group);
  return command;
}

}  // namespace sekimori
