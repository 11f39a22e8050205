// sekimori-dataplane: scrubs live packets between two ports.

#include <cstdio>
#include <exception>
#include <string>

#include "dataplane/dpdk/dataplane.hpp"
#include "dataplane/dpdk/log.hpp"
#include "dataplane/dpdk/options.hpp"

int main(int argc, char** argv) {
  try {
    int exit_status = 0;
    const auto options = sekimori::parse_options(argc, argv, exit_status);
    if (!options) return exit_status;
    const auto ran = sekimori::run_dataplane(*options);
    if (ran) return 0;
    if (!ran.error().message.empty()) sekimori::log(ran.error().message);
    return ran.error().exit_status;
  } catch (const std::exception& error) {
    sekimori::log(error.what());
    return 1;
  }
}
