// sekimori-control: watches a dataplane, finds attacks, and acts destination by destination.

#include <spdlog/spdlog.h>

#include <cstdio>
#include <exception>
#include <string>

#include "control/daemon/daemon.hpp"
#include "control/daemon/initialise.hpp"
#include "control/daemon/options.hpp"

namespace {

int run(const sekimori::ControlOptions& options) {
  const auto* init = std::get_if<sekimori::InitOptions>(&options);
  const auto done = init != nullptr
                        ? sekimori::initialise(*init)
                        : sekimori::run_control(std::get<sekimori::RunOptions>(options));
  if (done) return 0;
  std::fprintf(stderr, "sekimori-control: %s\n", done.error().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    int exit_status = 0;
    const auto options = sekimori::parse_control_options(argc, argv, exit_status);
    return options ? run(*options) : exit_status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-control: %s\n", error.what());
    return 1;
  }
}
