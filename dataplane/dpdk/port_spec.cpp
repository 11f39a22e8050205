#include "dataplane/dpdk/port_spec.hpp"

#include <net/if.h>

#include <regex>

namespace sekimori {

namespace {

const char* const pci_address = "([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]";
const char* const virtual_device = "net_[a-z_]+[0-9]+";

constexpr std::string_view card_mark = "fpga:";

/// Drivers whose `iface=` names an interface that must be there; for others it is one to be made.
bool takes_existing_interface(const std::string& device) {
  return device.starts_with("net_af_packet") || device.starts_with("net_af_xdp");
}

/// Without a word about it, the driver asks the kernel for busy polling: each of its system calls,
/// each send too, then also looks after what the interface has received. The kernel does that by
/// itself while it takes the interface's interrupts, and the worker pays for it twice.
void refuse_busy_polling(PortSpec& spec) {
  if (spec.device.starts_with("net_af_xdp") && !spec.argument("busy_budget")) {
    spec.text += ",busy_budget=0";
  }
}

}  // namespace

std::optional<std::string> PortSpec::argument(std::string_view key) const {
  std::string_view rest = text;
  for (std::size_t comma = rest.find(','); comma != std::string_view::npos;
       comma = rest.find(',')) {
    rest.remove_prefix(comma + 1);
    const std::string_view pair = rest.substr(0, rest.find(','));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == key) {
      return equals == std::string_view::npos ? std::string{}
                                              : std::string{pair.substr(equals + 1)};
    }
  }
  return std::nullopt;
}

std::string PortSpec::flag() const {
  return "--" + std::string{side_name(side)} + " " + device;
}

tl::expected<PortSpec, Failure> parse_port_spec(Side side, const std::string& text) {
  const bool card = text.starts_with(card_mark);
  const std::string port = card ? text.substr(card_mark.size()) : text;
  PortSpec spec{.side = side, .card = card, .text = port, .device = port.substr(0, port.find(','))};
  const std::string where = spec.flag() + ": ";

  if (card && side == Side::inside) {
    return wrong_input(where + "a card stands in front of the outside port; leave out 'fpga:'");
  }
  if (std::regex_match(spec.device, std::regex{pci_address})) {
    constexpr std::size_t length_without_domain = std::string_view{"3b:00.0"}.size();
    if (spec.device.size() == length_without_domain) {
      spec.device.insert(0, "0000:");
      spec.text.insert(0, "0000:");
    }
    spec.bus = PortSpec::Bus::pci;
    return spec;
  }
  if (!std::regex_match(spec.device, std::regex{virtual_device})) {
    std::string message = where +
                          "a port is a DPDK device such as net_af_packet0,iface=IF (a driver's "
                          "name, a number, arguments) or a PCI address such as 0000:3b:00.0";
    if (if_nametoindex(spec.device.c_str()) != 0) {
      message += "; for this Linux interface write net_af_packet0,iface=" + spec.device;
    }
    return wrong_input(message);
  }
  if (takes_existing_interface(spec.device)) {
    const std::optional<std::string> interface = spec.argument("iface");
    if (!interface) {
      return wrong_input(where + "needs the name of a Linux interface, as " + spec.device +
                         ",iface=eth1");
    }
    if (if_nametoindex(interface->c_str()) == 0) {
      return wrong_input(where + "there is no interface '" + *interface +
                         "' in this network namespace; see `ip link`");
    }
  }
  refuse_busy_polling(spec);
  return spec;
}

}  // namespace sekimori
