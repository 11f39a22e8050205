// A policy is written by people and by programs: whatever its text is, it is refused with a message
// or compiles into an image that loads.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/compile/compile.hpp"
#include "control/model/read_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto policy = sekimori::read_policy(text, "policy.toml");
  if (!policy) {
    if (policy.error().text().empty()) std::abort();
    return 0;
  }
  if (!sekimori::compile_policy(*policy)) std::abort();
  return 0;
}
