#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

struct pcap;
struct pcap_dumper;

namespace sekimori {

/// One packet of a capture.
struct CapturedPacket {
  std::uint64_t unix_ns = 0;
  /// The bytes that were captured. Valid until the reader's next `next`.
  std::span<const std::uint8_t> bytes;
  /// The length that the packet had on the wire; more than `bytes` when the capture cut it.
  std::uint32_t wire_length = 0;
};

/// No capture holds a longer packet: the limit of libpcap for Ethernet.
inline constexpr std::size_t max_captured_bytes = 262'144;

/// Reads a pcap (microseconds or nanoseconds) or pcapng file of Ethernet frames, "-" for standard
/// input.
class CaptureReader {
 public:
  static tl::expected<CaptureReader, std::string> open(const std::string& path);

  /// The packet at the front, which `next` has made so; empty at the end of the file.
  [[nodiscard]] const std::optional<CapturedPacket>& front() const { return front_; }
  void next();
  /// What stopped the reading before the end of the file; empty if nothing did.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(pcap* file) const;
  };

  CaptureReader(pcap* file, std::string path) : file_(file), path_(std::move(path)) {}

  std::unique_ptr<pcap, Close> file_;
  std::string path_;
  std::string fault_;
  std::optional<CapturedPacket> front_;
};

/// Writes a pcap of Ethernet frames with nanosecond times, "-" for standard output.
class CaptureWriter {
 public:
  static tl::expected<CaptureWriter, std::string> create(const std::string& path);

  void write(std::uint64_t unix_ns, std::span<const std::uint8_t> bytes);
  /// Writes out what is buffered; the error says why the file is not complete.
  tl::expected<void, std::string> flush();

 private:
  struct Close {
    void operator()(pcap* file) const;
    void operator()(pcap_dumper* file) const;
  };

  CaptureWriter() = default;

  std::string path_;
  std::unique_ptr<pcap, Close> format_;
  std::unique_ptr<pcap_dumper, Close> file_;
};

}  // namespace sekimori
