#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/packet_filter.hpp"
#include "tests/support/unique_fd.hpp"
#include "tests/support/veth.hpp"

namespace sekimori::lab {

/// A raw socket on an interface (packet(7)), promiscuous. It sees what arrives, and what the
/// namespace itself sends only if asked to.
class PacketSocket {
 public:
  enum class Sees { arriving, both_ways };

  /// With a filter, only frames that match it are queued and counted.
  explicit PacketSocket(const Port& port, Sees sees = Sees::arriving,
                        const PacketFilter* filter = nullptr);
  /// On an interface of this network namespace.
  explicit PacketSocket(const std::string& interface, Sees sees = Sees::arriving,
                        const PacketFilter* filter = nullptr);

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The next frame, its outermost VLAN tag put back where the kernel took it out; nothing when
  /// none waits.
  std::optional<std::vector<std::byte>> receive();
  /// Sends a whole frame; false when the interface does not take it.
  bool send(std::span<const std::byte> frame);
  /// Frames that passed the filter since the last call, those dropped for lack of room included.
  std::uint64_t take_count();

 private:
  UniqueFd fd_;
};

/// Counts the frames at an interface that match an expression, independently of everything else.
class PacketCounter {
 public:
  PacketCounter(const Port& port, const std::string& expression,
                PacketSocket::Sees sees = PacketSocket::Sees::arriving)
      : filter_(expression), socket_(port, sees, &filter_) {}

  /// All so far.
  std::uint64_t count() { return total_ += socket_.take_count(); }

 private:
  PacketFilter filter_;
  PacketSocket socket_;
  std::uint64_t total_ = 0;
};

}  // namespace sekimori::lab
