#pragma once

namespace sekimori {

inline constexpr int exit_success = 0;
/// Something failed at run time.
inline constexpr int exit_failure = 1;
/// The policy or the command line is wrong.
inline constexpr int exit_wrong_input = 2;

}  // namespace sekimori
