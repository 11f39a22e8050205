// sekictl policy: changes of the policy in force.

#include <sodium.h>

#include <memory>

#include "control/cli/command_context.hpp"
#include "control/cli/files.hpp"
#include "control/cli/transaction_views.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_capture_bytes = std::size_t{9} << 20;

struct PolicyChoice {
  std::string file;
  std::string comment;
  std::uint32_t confirm_within_s = 600;
  std::uint32_t last_s = 60;
  std::string capture;
  std::uint64_t version = 0;
  std::uint32_t limit = 50;
};
using Choice = std::shared_ptr<PolicyChoice>;

/// Sends the policy of a file, with `more` beside it, to an operation.
void send_policy(CommandContext& context, const PolicyChoice& choice, const char* path, Json more,
                 const std::function<std::string(const Json&)>& view) {
  // One byte more than allowed lets the server say that it is too long.
  auto text = read_file(choice.file, max_policy_text_bytes + 1);
  if (!text) return context.refuse(text.error());
  more["text"] = std::move(*text);
  context.show([&](const ApiClient& client) { return client.post(path, more); }, view);
}

CLI::App* add_file_command(CLI::App& group, CommandContext& context, const Choice& choice,
                           const std::string& name, const std::string& text) {
  CLI::App* command = add_api_command(group, context, name, text);
  command->add_option("POLICY", choice->file, "A policy in TOML")->required();
  return command;
}

std::string base64(const std::string& bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

void check(CommandContext& context, const PolicyChoice& choice) {
  bool valid = true;
  send_policy(context, choice, "/v1/policy/check", {}, [&](const Json& result) {
    valid = result.at("valid").get<bool>();
    return policy_check_view(choice.file, result);
  });
  if (!valid) context.status = exit_wrong_input;
}

void shadow(CommandContext& context, const PolicyChoice& choice) {
  Json request = Json::object();
  if (choice.capture.empty()) {
    request["last_s"] = choice.last_s;
  } else {
    const auto bytes = read_file(choice.capture, max_capture_bytes + 1);
    if (!bytes) return context.refuse(bytes.error());
    if (bytes->size() > max_capture_bytes) {
      return context.refuse(choice.capture +
                            ": longer than 9 MiB; cut it, for example with editcap -c");
    }
    request["capture"] = base64(*bytes);
  }
  send_policy(context, choice, "/v1/policy/shadow", std::move(request), policy_shadow_view);
}

void add_reading(CLI::App& group, CommandContext& context, const Choice& choice) {
  CLI::App* show = add_api_command(group, context, "show", "Show a policy's text");
  show->add_option("VERSION", choice->version, "Its number; the one in force if left out");
  show->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return choice->version == 0
                     ? client.get("/v1/policy")
                     : client.get("/v1/policy/versions/" + std::to_string(choice->version));
        },
        [](const Json& version) { return version.at("text").get<std::string>(); });
  });
  CLI::App* history = add_api_command(group, context, "history", "List versions, the newest first");
  history->add_option("--limit", choice->limit, "The most to list")->capture_default_str();
  history->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/policy/versions", {{"limit", std::to_string(choice->limit)}});
        },
        policy_history_view);
  });
}

void add_trying(CLI::App& group, CommandContext& context, const Choice& choice) {
  add_file_command(group, context, choice, "check", "Let the server check a policy")
      ->callback([&context, choice] { check(context, *choice); });
  add_file_command(group, context, choice, "diff", "What a policy would change for whom")
      ->callback([&context, choice] {
        send_policy(context, *choice, "/v1/policy/diff", {}, policy_diff_view);
      });
  CLI::App* command = add_file_command(group, context, choice, "shadow",
                                       "What a policy would drop of recent or captured traffic");
  CLI::Option* last = command->add_option("--last-s", choice->last_s, "Samples of so many seconds")
                          ->capture_default_str();
  command->add_option("--capture", choice->capture, "A pcap file from outside, instead of samples")
      ->excludes(last);
  command->callback([&context, choice] { shadow(context, *choice); });
}

void add_changing(CLI::App& group, CommandContext& context, const Choice& choice) {
  CLI::App* commit = add_file_command(group, context, choice, "commit", "Put a policy in force");
  commit->add_option("--comment", choice->comment, "Why, for history and audit")->required();
  commit
      ->add_option("--confirm-within-s", choice->confirm_within_s,
                   "The version before returns unless confirmed in this time; 0: needs none")
      ->capture_default_str();
  commit->callback([&context, choice] {
    send_policy(context, *choice, "/v1/policy/commit",
                {{"comment", choice->comment}, {"confirm_within_s", choice->confirm_within_s}},
                committed_view);
  });
  const auto add_version_command = [&](const char* name, const char* text, const char* path) {
    CLI::App* command = add_api_command(group, context, name, text);
    command->add_option("VERSION", choice->version, "Its number")->required();
    command->callback([&context, choice, path] {
      context.show(
          [&](const ApiClient& client) {
            return client.post(path, {{"version", choice->version}});
          },
          committed_view);
    });
  };
  add_version_command("confirm", "Keep a version that was committed", "/v1/policy/confirm");
  add_version_command("rollback", "Put an older version in force again", "/v1/policy/rollback");
}

}  // namespace

void add_transaction_commands(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("policy", "Show and change the policy in force");
  group->require_subcommand(1);
  const Choice choice = std::make_shared<PolicyChoice>();
  add_reading(*group, context, choice);
  add_trying(*group, context, choice);
  add_changing(*group, context, choice);
}

}  // namespace sekimori
