// In place of xrt_registers.cpp where XRT is missing.

#include "hw/host/xrt_registers.hpp"

namespace sekimori {

tl::expected<std::shared_ptr<RegisterAccess>, std::string> open_xrt_registers(
    unsigned /*device*/, const std::string& xclbin) {
  return tl::unexpected{xclbin +
                        ": this program was built without XRT; install libxrt-dev and build again"};
}

}  // namespace sekimori
