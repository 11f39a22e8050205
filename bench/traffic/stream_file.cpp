#include "bench/traffic/stream_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sekimori::bench {

bool usable(const StreamHeader& header) {
  return header.magic == StreamHeader::expected_magic && header.packets > 0 &&
         header.frame_length > 0 && header.frame_length <= StreamHeader::frame_room &&
         (header.patch_blocks == 1 || header.patch_blocks == 2) &&
         header.patch_offset + header.patch_blocks * sizeof(PatchBlock) <= written_room;
}

StreamFile::~StreamFile() {
  if (memory_ != nullptr) munmap(memory_, bytes_);
}

int StreamFile::open(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  struct stat status {};
  int error = fstat(file, &status) == 0 ? 0 : errno;
  bytes_ = static_cast<std::size_t>(status.st_size);
  if (error == 0 && bytes_ < patches_offset_in_file) error = EINVAL;
  if (error == 0) {
    void* const memory = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (memory == MAP_FAILED) {
      error = errno;
    } else {
      memory_ = memory;
    }
  }
  ::close(file);
  if (error != 0) return error;
  const StreamHeader& header = *view().header;
  const std::size_t room = (bytes_ - patches_offset_in_file) / sizeof(PatchBlock);
  return usable(header) && header.packets <= room / header.patch_blocks ? 0 : EINVAL;
}

StreamView StreamFile::view() const {
  const auto* const bytes = static_cast<const std::uint8_t*>(memory_);
  return {.header = reinterpret_cast<const StreamHeader*>(bytes),
          .patches = reinterpret_cast<const PatchBlock*>(bytes + patches_offset_in_file)};
}

}  // namespace sekimori::bench
