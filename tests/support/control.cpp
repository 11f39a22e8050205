#include "tests/support/control.hpp"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <fstream>

#include "tests/support/dataplane.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{20};
constexpr const char* approver = "akiko";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Runs a command in the lab's box to its end and returns what it wrote to standard output.
std::string output_of(const Lab& lab, const std::vector<std::string>& command) {
  static std::atomic<unsigned> number{0};
  const fs::path place = lab.run().directory() / ("command" + std::to_string(number++));
  Process process{lab.box(), command, place};
  const auto status = process.wait(patience);
  std::string output = process.output();
  fs::remove(place);
  if (status != 0) {
    throw LabError(
        joined(command) +
        (status ? " exits with " + std::to_string(*status) : std::string(" does not end")) + ": " +
        output);
  }
  return output;
}

}  // namespace

Control::Control(const Lab& lab) : lab_(lab), state_(lab.run().directory() / "control") {
  output_of(lab_, {(program_folder() / "sekimori-control").string(), "init", "--state",
                   state_.string(), "--name", "127.0.0.1"});
  output_of(lab_, {(program_folder() / "sekictl").string(), "person", "add", approver, "--duty",
                   "approver", "--pki", (state_ / "pki").string()});
  begin();
}

void Control::begin() {
  process_.emplace(
      lab_.box(),
      std::vector<std::string>{(program_folder() / "sekimori-control").string(), "--state",
                               state_.string(), "--instance", lab_.run().name(), "--management",
                               management_socket(lab_).string()},
      lab_.run().directory() / "control.log");
  if (!process_->wait_for_output("ready", patience)) {
    throw LabError("sekimori-control does not start: " + process_->output());
  }
}

void Control::end(int signal) {
  process_->stop(signal, patience);
}

std::string Control::sekictl(const std::vector<std::string>& arguments) const {
  const fs::path pki = state_ / "pki";
  std::vector<std::string> command{(program_folder() / "sekictl").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(
      command.end(),
      {"--url", "https://127.0.0.1:" + std::to_string(api_port), "--ca", (pki / "ca.crt").string(),
       "--certificate", (pki / "persons" / (std::string(approver) + ".crt")).string(), "--key",
       (pki / "persons" / (std::string(approver) + ".key")).string()});
  return output_of(lab_, command);
}

nlohmann::ordered_json Control::ask(std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  const std::string answer = sekictl(arguments);
  auto json = nlohmann::ordered_json::parse(answer, nullptr, false);
  if (json.is_discarded()) {
    throw LabError("sekictl " + joined(arguments) + " answers no JSON: " + answer);
  }
  return json;
}

void Control::commit(const std::string& policy) const {
  const fs::path file = state_ / "candidate.toml";
  std::ofstream{file} << policy;
  static_cast<void>(sekictl(
      {"policy", "commit", file.string(), "--comment", "a test", "--confirm-within-s", "0"}));
}

}  // namespace sekimori::lab
