#include "bench/callgrind/run.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/process.hpp"

namespace sekimori::bench {

namespace {

namespace fs = std::filesystem;

/// A folder of its own that is removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "sekimori-callgrind-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder " + name};
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

std::vector<InstructionCount> count_instructions(const std::vector<std::string>& arguments) {
  if (!lab::program_exists("valgrind")) {
    throw std::runtime_error{
        "valgrind was not found, which counts the instructions; './dev setup' "
        "installs it"};
  }
  const Folder folder;
  const fs::path profile = folder.path() / "profile";
  std::vector<std::string> command{"valgrind",
                                   "--quiet",
                                   "--tool=callgrind",
                                   "--instr-atstart=no",
                                   "--collect-atstart=no",
                                   "--combine-dumps=yes",
                                   "--callgrind-out-file=" + profile.string(),
                                   fs::read_symlink("/proc/self/exe").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  lab::run_command(command);
  std::ifstream file{profile};
  std::vector<InstructionCount> counts = read_profile(file);
  if (counts.empty()) throw std::runtime_error{"callgrind has counted nothing"};
  return counts;
}

}  // namespace sekimori::bench
