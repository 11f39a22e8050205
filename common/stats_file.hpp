#pragma once

#include <string>
#include <tl/expected.hpp>

namespace sekimori {

// What both sides of the statistics segment do with its file.

/// An open file that is closed at the end of its scope unless it was released. No file is -1.
class OpenFile {
 public:
  explicit OpenFile(int file) : file_(file) {}
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile();
  [[nodiscard]] int get() const { return file_; }
  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  int release();

 private:
  int file_;
};

/// Takes the write lock that says who owns a segment; false when another has it. The lock belongs
/// to the open file and not to the process, so it also holds between two segments of one process.
[[nodiscard]] bool try_lock(int file);
[[nodiscard]] bool locked_by_another(int file);

/// The name of an instance's segment for shm_open, or why `instance` is none.
[[nodiscard]] tl::expected<std::string, std::string> stats_segment_name(
    const std::string& instance);

[[nodiscard]] tl::unexpected<std::string> stats_failure(const std::string& name,
                                                        const std::string& why);

}  // namespace sekimori
