#include "tests/support/lab.hpp"

#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

constexpr unsigned host_mtu = 1500;
constexpr unsigned vlan_tag_length = 4;

void give_addresses(const Port& port, const std::string& ipv4, const std::string& ipv6) {
  port.where->ip("addr add " + ipv4 + "/24 dev " + port.interface);
  port.where->ip("addr add " + ipv6 + "/64 dev " + port.interface + " nodad");
}

}  // namespace

Lab::Lab(const LabOptions& options)
    : client_(run_, "client"), box_(run_, "box"), server_(run_, "server") {
  const bool wires = options.client_wire || options.server_wire;
  if ((wires && options.checksum_offload) ||
      (!options.tags.empty() && !(options.client_wire && options.server_wire))) {
    throw LabError("tags need both wires, and wires need the checksum offload off");
  }
  if (wires) {
    cabinet_.emplace(run_, "wires");
  }
  // The ports of a bridge between VLANs take frames that are longer by the tags.
  const auto box_mtu = host_mtu + vlan_tag_length * static_cast<unsigned>(options.tags.size());
  connect(client_port(), outside_port(), options.client_wire, box_mtu);
  connect(server_port(), inside_port(), options.server_wire, box_mtu);
  for (const Namespace* quiet : {&box_, cabinet_ ? &*cabinet_ : &box_}) {
    quiet->set_sysctl("net.ipv6.conf.all.disable_ipv6", "1");
  }
  give_addresses(client_port(), client_ipv4, client_ipv6);
  give_addresses(server_port(), server_ipv4, server_ipv6);
  for (const Port& port : {client_port(), server_port()}) {
    set_offloads(*port.where, port.interface, {.checksum = options.checksum_offload});
  }
  const bool tagged = !options.tags.empty();
  if (options.client_wire) {
    client_wire_ =
        std::make_unique<Wire>(Port{&*cabinet_, "client0"}, Port{&*cabinet_, "outside"},
                               tagged ? Wire::TagSide::right : Wire::TagSide::none, options.tags);
  }
  if (options.server_wire) {
    server_wire_ =
        std::make_unique<Wire>(Port{&*cabinet_, "inside"}, Port{&*cabinet_, "server0"},
                               tagged ? Wire::TagSide::left : Wire::TagSide::none, options.tags);
  }
}

void Lab::connect(const Port& host, const Port& box, bool with_wire, unsigned box_mtu) {
  if (!with_wire) {
    cables_.push_back(std::make_unique<VethPair>(host, box, box_mtu));
    return;
  }
  cables_.push_back(std::make_unique<VethPair>(host, Port{&*cabinet_, host.interface}, host_mtu));
  cables_.push_back(std::make_unique<VethPair>(Port{&*cabinet_, box.interface}, box, box_mtu));
}

PlainBridge::PlainBridge(const Lab& lab) : lab_(lab) {
  lab_.box().ip("link add bridge0 type bridge mcast_snooping 0");
  for (const Port& port : {lab_.outside_port(), lab_.inside_port()}) {
    lab_.box().ip("link set " + port.interface + " master bridge0");
  }
  lab_.box().ip("link set bridge0 up");
}

PlainBridge::~PlainBridge() {
  try {
    lab_.box().ip("link del bridge0");
  } catch (const LabError&) {
    // It goes with its namespace.
  }
}

}  // namespace sekimori::lab
