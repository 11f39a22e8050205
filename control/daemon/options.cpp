#include "control/daemon/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>

namespace sekimori {
namespace {

constexpr int exit_wrong_input = 2;

/// "127.0.0.1:8443" or "[::1]:8443".
std::string listen_fault(const std::string& text, RunOptions& options) {
  const std::size_t colon = text.rfind(':');
  const std::string rule = "must be ADDRESS:PORT, with an IPv6 address in brackets";
  if (colon == std::string::npos || colon == 0) return rule;
  std::string address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string::npos) {
    return rule;
  }
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, options.listen_port);
  if (error != std::errc{} || rest != end || options.listen_port == 0) {
    return rule + "; a port is 1 to 65535";
  }
  options.listen_address = address;
  return {};
}

}  // namespace

std::optional<ControlOptions> parse_control_options(int argc, char** argv, int& exit_status) {
  CLI::App app{
      "Watches what a Sekimori dataplane sees, finds attacks, and acts destination by destination.",
      "sekimori-control"};
  RunOptions run;
  app.add_option("--state", run.state, "The folder with all that is kept")->capture_default_str();
  app.add_option("--instance", run.instance, "The dataplane's instance name")
      ->capture_default_str();
  app.add_option("--management", run.management, "The dataplane's management socket")
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--listen",
         [&](const std::string& text) {
           const std::string fault = listen_fault(text, run);
           if (!fault.empty()) throw CLI::ValidationError("--listen", fault);
         },
         "Where the API is served, over TLS with client certificates only")
      ->type_name("ADDRESS:PORT")
      ->default_str("127.0.0.1:8443");

  InitOptions init;
  CLI::App* make = app.add_subcommand(
      "init", "Make the folder with its secrets and certificates; changes nothing that is there");
  make->add_option("--state", init.state, "The folder to make")->capture_default_str();
  make->add_option("--name", init.names, "A name or address of this machine, for the certificate")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? 0 : exit_wrong_input;
    return std::nullopt;
  }
  if (make->parsed()) return init;
  return run;
}

}  // namespace sekimori
