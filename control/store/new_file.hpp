#pragma once

#include <string>
#include <string_view>

namespace sekimori {

/// A file of mode 0600 that must not be there yet. Faults are thrown as DatabaseFault. A file that
/// is not completed is removed.
class NewFile {
 public:
  explicit NewFile(std::string path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::string_view text);
  /// Brings it and its entry in the folder onto the disk.
  void complete();

 private:
  void flush();

  std::string path_;
  std::string buffer_;
  int fd_ = -1;
  bool completed_ = false;
};

}  // namespace sekimori
