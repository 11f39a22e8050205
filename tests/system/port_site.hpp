#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/packet/frame.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/packet_text.hpp"
#include "tests/support/run.hpp"
#include "tests/support/veth.hpp"
#include "tests/system/port_box.hpp"

namespace sekimori::lab {

/// A box in a namespace of its own and a client and a server in another, joined by cables where a
/// test asks for them.
struct PortSite {
  Run run;
  Namespace hosts{run, "hosts"};
  Namespace box{run, "box"};
  Port client{&hosts, "client"};
  Port server{&hosts, "server"};
  std::vector<std::unique_ptr<VethPair>> cables = {};

  PortSite();
  /// From the client to the box's interface "outside", from the server to "inside".
  void lay_cables();
  [[nodiscard]] PortBox start(const PortBoxSettings& settings) const {
    return {run, box, settings};
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return (run.directory() / name).string();
  }
};

/// The address of the server in the packets below; it needs none of its own.
inline constexpr const char* server_address = "192.0.2.10";

/// Datagrams between a client outside and the server, of all lengths, some with a VLAN tag,
/// numbered by their IP identification from 0 on.
std::vector<test::Bytes> datagrams(Side toward, std::size_t count, const std::string& client);

/// Matches these datagrams and nothing that a namespace says by itself.
const PacketFilter& datagram_filter();

/// What arrives until there are `count` frames or patience ends.
std::vector<test::Bytes> receive(PacketSocket& socket, std::size_t count);

/// Throws LabError when the interface does not take a frame in time.
void send(PacketSocket& socket, const std::vector<test::Bytes>& frames);

/// Sends a packet again and again until one has come through.
bool reaches(const Port& client, const Port& server);

}  // namespace sekimori::lab
