#pragma once

#include <string>

namespace sekimori {

/// Which card, and with which bitstream.
struct FpgaChoice {
  unsigned device = 0;
  std::string xclbin;
};

// Each command returns the exit status: 0, or 1 if the card cannot be used or fails. All of them
// load the bitstream if the card does not run it yet.

/// `sekictl fpga load`: loads the bitstream and says what is in it.
[[nodiscard]] int fpga_load_command(const FpgaChoice& choice);

/// `sekictl fpga status`: the kernels with their versions, sizes and counters.
[[nodiscard]] int fpga_status_command(const FpgaChoice& choice);

/// `sekictl fpga self-test`: known frames through the card, without a network.
[[nodiscard]] int fpga_self_test_command(const FpgaChoice& choice);

}  // namespace sekimori
