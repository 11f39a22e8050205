#pragma once

#include <cstddef>

#include "bench/traffic/stream_layout.hpp"

namespace sekimori::bench {

/// Whether the numbers of the header are such as a source can use.
[[nodiscard]] bool usable(const StreamHeader& header);

/// A file that PacketStream::save wrote, in memory for as long as this lives.
class StreamFile {
 public:
  StreamFile() = default;
  StreamFile(const StreamFile&) = delete;
  StreamFile& operator=(const StreamFile&) = delete;
  ~StreamFile();

  /// To be called once. Returns 0, or an errno value; EINVAL for a file of another kind.
  int open(const char* path);
  [[nodiscard]] StreamView view() const;

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace sekimori::bench
