#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/policy_image.hpp"
#include "dataplane/state/huge_pages.hpp"
#include "dataplane/state/prefix_map.hpp"

namespace sekimori {

/// Gives each object name a slot number that it keeps for the life of the process, so that meters
/// and buckets survive a change of policy. Owned by the main thread.
class ObjectSlots {
 public:
  explicit ObjectSlots(std::uint32_t capacity) : capacity_(capacity) {}

  /// The name's slot, a new one if it has none yet; empty when all are taken.
  std::optional<std::uint32_t> slot(std::string_view name);
  [[nodiscard]] std::uint32_t used() const { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }

 private:
  std::uint32_t capacity_;
  std::map<std::string, std::uint32_t, std::less<>> slots_;
};

/// A protected object as the packet path reads it. What every packet asks for lies in the first
/// cache line.
struct alignas(64) ProtectedObject {
  std::uint32_t slot = 0;          ///< of its meters and buckets
  bool limited = false;            ///< whether any class has a limit
  bool authenticates_tcp = false;  ///< whether any of its ports has a SYN mode
  ObjectRecord record;
};

/// One generation of the policy with the lookup tables built from it. Immutable; shared by all
/// workers.
class PolicyTables {
 public:
  /// Fails when the image needs more object slots than there are.
  static tl::expected<PolicyTables, std::string> build(PolicyImage image, ObjectSlots& slots);

  [[nodiscard]] const PolicyImage& image() const { return image_; }
  [[nodiscard]] const GlobalRecord& global() const { return image_.global(); }
  [[nodiscard]] const ProtectedObject& protected_object(std::uint32_t index) const {
    return objects_[index];
  }
  [[nodiscard]] const ObjectRecord& object(std::uint32_t index) const {
    return objects_[index].record;
  }
  [[nodiscard]] std::uint32_t object_slot(std::uint32_t index) const {
    return objects_[index].slot;
  }

  /// Destination address to object index.
  [[nodiscard]] const PrefixMap& destinations() const { return destinations_; }
  /// Source address to `SourceAction`, for list 0 (the box's own) and the objects' lists.
  [[nodiscard]] const PrefixMap& source_list(std::uint32_t list) const {
    return source_lists_[list];
  }
  /// Whether no list has an entry, which is the usual case.
  [[nodiscard]] bool source_lists_empty() const { return image_.source_entries().empty(); }
  /// The SYN mode of an object's port.
  [[nodiscard]] SynMode syn_mode(const ObjectRecord& object, std::uint16_t port) const {
    return object.service_count == 0 ? object.syn_mode : service_mode(object, port);
  }

 private:
  explicit PolicyTables(PolicyImage image) : image_(std::move(image)) {}

  [[nodiscard]] SynMode service_mode(const ObjectRecord& object, std::uint16_t port) const;

  PolicyImage image_;
  HugePageVector<ProtectedObject> objects_;
  PrefixMap destinations_;
  std::vector<PrefixMap> source_lists_;
};

}  // namespace sekimori
