#pragma once

#include <string>

#include "tests/support/namespace.hpp"

namespace sekimori::lab {

/// What an interface may leave to its peer. A veth "offloads" by handing over packets whose
/// checksums are not computed and whose segments are not cut.
struct Offloads {
  bool checksum = false;      ///< TX and RX checksums (ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM)
  bool segmentation = false;  ///< TSO, GSO and GRO
  bool napi = false;          ///< GRO alone, with which a veth receives in batches, as a card does
};

/// Sets the switches of `interface` in `where`; a switch that the driver does not have is no error
/// when it is to be off.
void set_offloads(const Namespace& where, const std::string& interface, Offloads offloads);

}  // namespace sekimori::lab
