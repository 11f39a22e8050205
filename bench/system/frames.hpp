#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sekimori::bench {

/// A stream of test frames that differ in a number. The device under test gives back each frame, or
/// its answer, and both carry the number, so that every single loss is seen.
class TestFrames {
 public:
  /// UDP datagrams from 65,536 addresses, which the device lets through unchanged. `wire_bytes` is
  /// the length with the FCS, from 64 on.
  static TestFrames datagrams(std::size_t wire_bytes);
  /// SYNs from 2^24 addresses, which the device answers; with the options of a Linux client if
  /// `options`.
  static TestFrames syns(bool options);

  /// Whether the device sends an answer back instead of the frame on.
  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] std::size_t wire_bytes() const { return bytes_.size() + fcs_bytes; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

  /// Makes a copy of `bytes()`, fresh or numbered before, the frame of that number. All checksums
  /// are right.
  void number(std::uint8_t* frame, std::uint32_t number) const {
    if (answered_) {
      number_syn(frame, number);
    } else {
      number_datagram(frame, number);
    }
  }
  /// The number of a frame that came back; empty if it is none of this stream.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::span<const std::uint8_t> frame) const;

 private:
  static constexpr std::size_t fcs_bytes = 4;

  TestFrames(std::vector<std::uint8_t> bytes, bool answered)
      : bytes_(std::move(bytes)), answered_(answered) {}

  static void number_datagram(std::uint8_t* frame, std::uint32_t number);
  static void number_syn(std::uint8_t* frame, std::uint32_t number);

  std::vector<std::uint8_t> bytes_;
  bool answered_;
};

/// Where the frames go: a policy has to let the first through and to answer for the second.
inline constexpr const char* forwarded_prefix = "198.19.0.0/24";
inline constexpr const char* answered_prefix = "198.19.1.0/24";

}  // namespace sekimori::bench
