#pragma once

#include <chrono>
#include <filesystem>

#include "bench/pipeline/testpmd.hpp"
#include "bench/traffic/packet_stream.hpp"

namespace sekimori::bench {

/// A stream in a file that goes with this object.
class TemporaryStreamFile {
 public:
  explicit TemporaryStreamFile(const PacketStream& stream);
  TemporaryStreamFile(const TemporaryStreamFile&) = delete;
  TemporaryStreamFile& operator=(const TemporaryStreamFile&) = delete;
  ~TemporaryStreamFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What our workers are measured beside, ready to be measured again and again.
struct References {
  References(const PacketStream& stream, bool huge_pages);

  TemporaryStreamFile file;
  Testpmd io;       ///< our packet source, packets sent back as they are
  Testpmd macswap;  ///< the same with their MAC addresses exchanged
  Testpmd null;     ///< DPDK's own in-memory ports, packets without content
};

}  // namespace sekimori::bench
