#include "bench/system/captures.hpp"

#include <stdexcept>
#include <vector>

#include "dataplane/replay/capture_file.hpp"

namespace sekimori::bench {

void write_capture(const TestFrames& frames, std::size_t count, const std::string& path) {
  constexpr std::uint64_t interval_ns = 1000;
  auto writer = CaptureWriter::create(path);
  if (!writer) throw std::runtime_error{writer.error()};
  std::vector<std::uint8_t> bytes{frames.bytes().begin(), frames.bytes().end()};
  for (std::size_t i = 0; i < count; ++i) {
    frames.number(bytes.data(), static_cast<std::uint32_t>(i));
    writer->write(i * interval_ns, bytes);
  }
  if (auto flushed = writer->flush(); !flushed) throw std::runtime_error{flushed.error()};
}

}  // namespace sekimori::bench
