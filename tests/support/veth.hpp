#pragma once

#include <string>

#include "tests/support/namespace.hpp"
#include "tests/support/offload.hpp"

namespace sekimori::lab {

/// One end of a cable: an interface in a namespace.
struct Port {
  const Namespace* where = nullptr;
  std::string interface;
};

/// A pair of veth interfaces, both up, with all offloads off; removed by its owner.
class VethPair {
 public:
  VethPair(Port left, Port right, unsigned mtu = 1500);
  VethPair(const VethPair&) = delete;
  VethPair& operator=(const VethPair&) = delete;
  ~VethPair();

  [[nodiscard]] const Port& left() const { return left_; }
  [[nodiscard]] const Port& right() const { return right_; }

 private:
  Port left_;
  Port right_;
};

/// The Ethernet address of an interface as text, `02:00:00:00:00:01`.
std::string mac_address(const Port& port);

}  // namespace sekimori::lab
