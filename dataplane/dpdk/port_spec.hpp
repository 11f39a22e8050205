#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "dataplane/dpdk/failure.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// "outside" or "inside".
[[nodiscard]] constexpr std::string_view side_name(Side side) {
  return side == Side::outside ? "outside" : "inside";
}

/// A port as the user names it: a DPDK virtual device or a PCI address, each with arguments.
struct PortSpec {
  enum class Bus { virtual_device, pci };

  Side side = Side::outside;
  Bus bus = Bus::virtual_device;
  bool card = false;   ///< a card stands in front of it, whose metadata are believed
  std::string text;    ///< as given, with defaults; what DPDK calls "devargs"
  std::string device;  ///< the part before the first comma, by which DPDK finds the port

  /// The value of `key` among the arguments.
  [[nodiscard]] std::optional<std::string> argument(std::string_view key) const;
  /// "--outside net_tap0", for messages.
  [[nodiscard]] std::string flag() const;
};

/// Checks what can be checked without DPDK: the form, and that a Linux interface that an argument
/// names exists in this network namespace. "fpga:" before an outside port says that a card stands
/// in front of it.
tl::expected<PortSpec, Failure> parse_port_spec(Side side, const std::string& text);

}  // namespace sekimori
