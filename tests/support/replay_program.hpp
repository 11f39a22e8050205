#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sekimori::test {

/// A folder of its own that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What a program printed and how it ended.
struct ProgramResult {
  int status = -1;  ///< exit status, or 128 and the number of the signal that ended it
  std::string output;
  std::string errors;
};

/// The folder of the running test program, where all programs of a build lie.
[[nodiscard]] std::filesystem::path program_folder();

/// Runs a program of this build to its end.
ProgramResult run_program(const std::string& name, const std::vector<std::string>& arguments);

inline ProgramResult run_replay(const std::vector<std::string>& arguments) {
  return run_program("sekimori-replay", arguments);
}

}  // namespace sekimori::test
