#pragma once

#include <cstddef>
#include <string>

#include "bench/system/frames.hpp"

namespace sekimori::bench {

/// Writes frames with the numbers from 0 on as a capture, for another generator. Throws
/// std::runtime_error with the path if that fails.
void write_capture(const TestFrames& frames, std::size_t count, const std::string& path);

}  // namespace sekimori::bench
