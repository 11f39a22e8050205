#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/endpoint.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/offload.hpp"
#include "tests/support/run.hpp"
#include "tests/support/veth.hpp"
#include "tests/support/wire.hpp"

namespace sekimori::lab {

struct LabOptions {
  bool client_wire = false;  ///< a Wire between the client and the box
  bool server_wire = false;  ///< a Wire between the box and the server
  /// Tags between the two wires, outermost first; there must be both wires.
  std::vector<VlanTag> tags = {};
  /// Of the client's and the server's own interfaces; off is needed for wires.
  bool checksum_offload = false;
};

/// Three hosts on one IP subnet, the box between the other two:
///
///     client ns [client0] ---- (wire) ---- [outside] box ns [inside] ---- (wire) ---- [server0]
///     server ns
///
/// The box has no address: what stands in it is transparent at layer 2.
class Lab {
 public:
  static constexpr const char* client_ipv4 = "10.77.0.1";
  static constexpr const char* server_ipv4 = "10.77.0.2";
  static constexpr const char* client_ipv6 = "fd77::1";
  static constexpr const char* server_ipv6 = "fd77::2";

  explicit Lab(const LabOptions& options = {});

  [[nodiscard]] const Run& run() const { return run_; }
  [[nodiscard]] const Namespace& client() const { return client_; }
  [[nodiscard]] const Namespace& box() const { return box_; }
  [[nodiscard]] const Namespace& server() const { return server_; }

  [[nodiscard]] Port client_port() const { return {&client_, "client0"}; }
  [[nodiscard]] Port outside_port() const { return {&box_, "outside"}; }
  [[nodiscard]] Port inside_port() const { return {&box_, "inside"}; }
  [[nodiscard]] Port server_port() const { return {&server_, "server0"}; }

  /// The wires asked for.
  [[nodiscard]] Wire& client_wire() { return *client_wire_; }
  [[nodiscard]] Wire& server_wire() { return *server_wire_; }

 private:
  void connect(const Port& host, const Port& box, bool with_wire, unsigned box_mtu);

  Run run_;
  Namespace client_;
  Namespace box_;
  Namespace server_;
  std::optional<Namespace> cabinet_;  ///< where the wires are
  std::vector<std::unique_ptr<VethPair>> cables_;
  std::unique_ptr<Wire> client_wire_;
  std::unique_ptr<Wire> server_wire_;
};

/// Joins the box's two ports with the kernel's bridge: the path without Sekimori.
class PlainBridge {
 public:
  explicit PlainBridge(const Lab& lab);
  PlainBridge(const PlainBridge&) = delete;
  PlainBridge& operator=(const PlainBridge&) = delete;
  ~PlainBridge();

 private:
  const Lab& lab_;
};

}  // namespace sekimori::lab
