#pragma once

#include "control/model/diagnostics.hpp"

namespace sekimori {

/// A value with its place, for rules between keys. It has no value while `readable` is false: the
/// file gives one that breaks the key's own rule, which has been reported.
template <typename T>
struct Placed {
  T value{};
  Place place;
  bool readable = false;
};

}  // namespace sekimori
