#pragma once

#include <string>

namespace sekimori {

// Each command returns the exit status: 0, 1 if something failed, 2 if the input is wrong.

/// `sekictl check`: reports all faults, or what the policy holds.
[[nodiscard]] int check_command(const std::string& policy_path);

/// `sekictl compile`: writes the image to a file, or to standard output for "-".
[[nodiscard]] int compile_command(const std::string& policy_path, const std::string& image_path);

/// `sekictl explain`: a key, the keys of a table, or all of them for "".
[[nodiscard]] int explain_command(const std::string& key);

}  // namespace sekimori
