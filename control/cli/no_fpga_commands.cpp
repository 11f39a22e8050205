// In place of fpga_commands.cpp where XRT is missing.

#include <cstdio>

#include "control/cli/exit_status.hpp"
#include "control/cli/fpga_commands.hpp"

namespace sekimori {
namespace {

int report() {
  std::fputs("sekictl: this program was built without XRT; install libxrt-dev and build again\n",
             stderr);
  return exit_failure;
}

}  // namespace

int fpga_load_command(const FpgaChoice&) {
  return report();
}
int fpga_status_command(const FpgaChoice&) {
  return report();
}
int fpga_self_test_command(const FpgaChoice&) {
  return report();
}

}  // namespace sekimori
