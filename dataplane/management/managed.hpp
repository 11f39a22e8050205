#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/cookie_keys.hpp"
#include "common/measure.hpp"
#include "common/policy_image.hpp"

namespace sekimori {

/// Why something that control asked for was not done. Nothing has changed then.
struct ManagementError {
  enum class Kind : std::uint8_t {
    invalid,      ///< what was asked for breaks a rule
    exhausted,    ///< a table or a bound is too small for it
    unavailable,  ///< the program is about to end, or busy with a call of the same kind
  };
  Kind kind = Kind::invalid;
  std::string message;  ///< the field, the rule, and what to do
};

[[nodiscard]] inline tl::unexpected<ManagementError> refuse(ManagementError::Kind kind,
                                                            std::string message) {
  return tl::unexpected<ManagementError>({.kind = kind, .message = std::move(message)});
}

struct ManagementStatus {
  std::string instance;
  std::string version;
  std::uint64_t process_id = 0;
  std::uint64_t started_unix_ns = 0;
  std::string policy_id;
  std::uint64_t policy_generation = 0;
  std::uint64_t measures_revision = 0;
  std::uint32_t measures_in_force = 0;
  std::uint64_t last_cookie_slot = 0;
};

struct AppliedPolicy {
  std::string policy_id;
  std::uint64_t policy_generation = 0;
};

/// A set of measures as control sends it: all that are to be in force.
struct MeasureSet {
  std::uint64_t revision = 0;
  std::vector<Measure> measures;
};

/// What control may ask for, as common/management.proto describes it. All calls come from the main
/// thread, one after the other, and what they carry is well-formed.
class Managed {
 public:
  Managed() = default;
  Managed(const Managed&) = delete;
  Managed& operator=(const Managed&) = delete;
  virtual ~Managed() = default;

  virtual ManagementStatus status() = 0;
  virtual tl::expected<AppliedPolicy, ManagementError> apply_policy(PolicyImage image) = 0;
  virtual tl::expected<void, ManagementError> set_measures(MeasureSet set) = 0;
  /// The last slot for which there is a key then.
  virtual tl::expected<std::uint64_t, ManagementError> set_cookie_keys(
      std::vector<SlotKey> keys) = 0;
};

}  // namespace sekimori
