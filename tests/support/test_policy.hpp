#pragma once

#include <string>
#include <vector>

#include "common/policy_image.hpp"

namespace sekimori::test {

/// The settings of the box as a policy without any has them, over small tables.
[[nodiscard]] GlobalRecord ordinary_global();
/// The settings of an object as a policy without any has them.
[[nodiscard]] ObjectRecord ordinary_object(SynMode mode = SynMode::off);

/// An object of a policy, to be written with designated initialisers.
struct TestObject {
  std::string name = "web";
  std::vector<std::string> prefixes{"192.0.2.10", "2001:db8::10"};
  ObjectRecord settings = ordinary_object();
  std::vector<ServiceRecord> services{};
  std::vector<std::string> allow{};
  std::vector<std::string> block{};
};

/// A policy made without the control plane.
struct TestPolicy {
  GlobalRecord global = ordinary_global();
  std::vector<std::string> allow{};
  std::vector<std::string> block{};
  std::vector<TestObject> objects{TestObject{}};
};

/// A policy with one object in the given mode.
[[nodiscard]] TestPolicy policy_with_mode(SynMode mode);

/// Throws std::invalid_argument when the policy breaks a rule of images.
[[nodiscard]] PolicyImage build_image(const TestPolicy& policy);

}  // namespace sekimori::test
