#pragma once

#include <cstdint>
#include <string>

#include "common/clock.hpp"
#include "hw/host/syn_cookie_kernel.hpp"
#include "hw/sim/virtual_card/kernel_row.hpp"
#include "tests/support/packet_socket.hpp"

namespace sekimori {

/// The Verilated card between two Linux interfaces: what comes from the wire goes through the
/// kernels to the host or, answered, back; what the host sends goes to the wire unchanged.
class CardInWire {
 public:
  /// Takes both interfaces, in this network namespace, promiscuously.
  CardInWire(const std::string& wire, const std::string& host);

  [[nodiscard]] int wire_fd() const { return wire_.fd(); }
  [[nodiscard]] int host_fd() const { return host_.fd(); }

  /// Carries some of the frames that wait on either side, at that time.
  void carry(std::uint64_t unix_ms);
  /// From now on the card is passed by: frames reach the host without metadata. Those with an
  /// EtherType of metadata are refused, as only a card may send them.
  void bypass(bool wanted) { bypassed_ = wanted; }
  [[nodiscard]] bool bypassed() const { return bypassed_; }

  struct Counts {
    std::uint64_t judged = 0;   ///< frames from the wire that went through the kernels
    std::uint64_t passed = 0;   ///< and past them
    std::uint64_t refused = 0;  ///< with a length or an EtherType that may not pass
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] KernelRow& kernels() { return kernels_; }
  /// The SYN cookie kernel, by its registers.
  [[nodiscard]] SynCookieKernel& syn_cookie() { return syn_cookie_; }

 private:
  void pass_by(const Bytes& frame);

  lab::PacketSocket wire_;
  lab::PacketSocket host_;
  KernelRow kernels_;
  SynCookieKernel syn_cookie_;
  bool bypassed_ = false;
  Counts counts_;
};

}  // namespace sekimori
