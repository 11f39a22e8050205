#pragma once

#include <set>
#include <span>
#include <vector>

#include "common/address.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// The sources that are never blocked, for any object: the management's and those that the box
/// allows.
class ProtectedSources {
 public:
  explicit ProtectedSources(const Policy& policy);

  /// Whether blocking `source` for the object would hit any protected address, also one of the
  /// object's own allowed sources.
  [[nodiscard]] bool touches(const Prefix& source, const ObjectPolicy& object) const;

 private:
  std::set<Prefix> prefixes_;
  std::vector<std::uint8_t> lengths_;  ///< that occur, ascending
};

}  // namespace sekimori
