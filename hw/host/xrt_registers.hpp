#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "hw/host/register_access.hpp"

namespace sekimori {

/// The registers of the SYN cookie kernel of an XRT card, which stays open with them. A program
/// without XRT says so.
[[nodiscard]] tl::expected<std::shared_ptr<RegisterAccess>, std::string> open_xrt_registers(
    unsigned device, const std::string& xclbin);

}  // namespace sekimori
