#include "tests/support/virtual_card.hpp"

#include <csignal>

#include "common/card_metadata.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds patience{20};
constexpr unsigned wire_mtu = 1500;

Process start(const Lab& lab, const std::string& host, const fs::path& registers) {
  Process process{lab.box(),
                  {(program_folder() / "sekimori-virtual-card").string(), "--wire",
                   lab.outside_port().interface, "--host", host, "--registers", registers.string()},
                  lab.run().directory() / "card.log"};
  if (!process.wait_for_output("ready", patience)) {
    throw LabError("sekimori-virtual-card does not start: " + process.output());
  }
  return process;
}

/// The number behind `name`, which ends in "=".
std::uint64_t number(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name);
  if (at == std::string::npos) throw LabError("the card does not say " + name + line);
  return std::stoull(line.substr(at + name.size()));
}

}  // namespace

VirtualCard::VirtualCard(const Lab& lab)
    : cable_({&lab.box(), "card0"}, {&lab.box(), "card1"}, wire_mtu + metadata::bytes),
      registers_(lab.run().directory() / "card.sock"),
      process_(start(lab, cable_.left().interface, registers_)) {}

void VirtualCard::tell(int signal, const char* answer) {
  const std::size_t said = process_.output().size();
  process_.signal(signal);
  if (!wait_until(patience,
                  [&] { return process_.output().find(answer, said) != std::string::npos; })) {
    throw LabError(std::string{"the card does not say that it "} + answer);
  }
}

void VirtualCard::fail() {
  tell(SIGUSR1, "has failed");
}

void VirtualCard::work_again() {
  tell(SIGUSR2, "works again");
}

VirtualCard::Counts VirtualCard::counts() {
  // The line that is being written may be of before; the next one is not.
  const std::size_t said = process_.output().size();
  std::string line;
  const bool seen = wait_until(patience, [&] {
    const std::string output = process_.output();
    const std::size_t end = output.rfind('\n');
    if (end == std::string::npos || end < said) return false;
    const std::size_t start = output.rfind("judged=", end);
    if (start == std::string::npos || start < said) return false;
    line = output.substr(start, output.find('\n', start) - start);
    return true;
  });
  if (!seen) throw LabError("the card says nothing: " + process_.output());
  return {.judged = number(line, "judged="),
          .answered = number(line, "answered="),
          .cookies = number(line, "cookies="),
          .passed = number(line, "passed="),
          .refused = number(line, "refused=")};
}

}  // namespace sekimori::lab
