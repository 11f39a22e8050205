#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "common/measure.hpp"
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

/// A protected object as the packet path reads it, measures included. What every packet asks for
/// lies in the first cache line.
struct alignas(64) ProtectedObject {
  std::uint32_t slot = 0;              ///< of its meters and buckets
  bool limited = false;                ///< whether any class has a limit
  bool authenticates_tcp = false;      ///< whether any of its ports has a SYN mode
  SynMode when_off = SynMode::off;     ///< the mode of ports whose policy says "off"
  bool gives_up_destinations = false;  ///< whether any of its addresses is given up
  ObjectRecord record;
  bool blocks_sources = false;  ///< beyond the policy's lists
  std::uint32_t measures = 0;   ///< index of its prefixes, if it has any of the two
};
static_assert(offsetof(ProtectedObject, record) == 8);

/// One generation of the policy with the lookup tables built from it and the measures that are in
/// force. Immutable; shared by all workers. What is built from the image is shared with the
/// generations that differ in measures only.
class PolicyTables {
 public:
  /// Without measures. Fails when the image needs more object slots than there are.
  static tl::expected<PolicyTables, std::string> build(PolicyImage image, ObjectSlots& slots);

  /// The same policy with these measures in place of those that are in force; takes a copy of the
  /// objects, and not longer for many prefixes. The error names the measure by its index, the field
  /// and the rule.
  [[nodiscard]] tl::expected<PolicyTables, std::string> with_measures(
      std::span<const Measure> measures) const;

  /// Whether the measure's object is there and has what the measure is about.
  [[nodiscard]] bool accepts(const Measure& measure) const;

  PolicyTables(PolicyTables&&) = default;
  PolicyTables& operator=(PolicyTables&&) = default;

  [[nodiscard]] const PolicyImage& image() const { return shared_->image; }
  [[nodiscard]] const GlobalRecord& global() const { return global_; }
  /// The object of that name.
  [[nodiscard]] std::optional<std::uint32_t> find_object(std::string_view name) const;
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
  [[nodiscard]] const PrefixMap& destinations() const { return shared_->destinations; }
  /// Source address to `SourceAction`, for list 0 (the box's own) and the objects' lists.
  [[nodiscard]] const PrefixMap& source_list(std::uint32_t list) const {
    return shared_->source_lists[list];
  }
  /// Whether no list of the policy has an entry, which is the usual case.
  [[nodiscard]] bool source_lists_empty() const { return shared_->image.source_entries().empty(); }
  /// The SYN mode of an object's port.
  [[nodiscard]] SynMode syn_mode(const ProtectedObject& object, std::uint16_t port) const {
    return object.record.service_count == 0 ? object.record.syn_mode : service_mode(object, port);
  }

  // Measures, each of which stands in few objects or in none.

  [[nodiscard]] bool any_source_blocked() const { return any_source_blocked_; }
  [[nodiscard]] bool any_destination_given_up() const { return any_destination_given_up_; }
  /// Whether a measure blocks the source, whatever the policy's lists say.
  [[nodiscard]] bool blocks(const ProtectedObject& object, const Address& source) const {
    return object.blocks_sources &&
           prefixes_[object.measures].sources.find(source) != PrefixMap::none;
  }
  [[nodiscard]] bool gives_up(const ProtectedObject& object, const Address& destination) const {
    return object.gives_up_destinations &&
           prefixes_[object.measures].destinations.find(destination) != PrefixMap::none;
  }

 private:
  /// What is built from the image alone.
  struct Shared {
    explicit Shared(PolicyImage policy_image) : image(std::move(policy_image)) {}

    PolicyImage image;
    HugePageVector<ProtectedObject> objects;
    std::unordered_map<std::string_view, std::uint32_t> index_of_name;
    PrefixMap destinations;
    std::vector<PrefixMap> source_lists;
  };
  /// The prefixes that measures name for one object.
  struct MeasuredPrefixes {
    PrefixMap sources;
    PrefixMap destinations;
  };

  explicit PolicyTables(std::shared_ptr<const Shared> shared)
      : shared_(std::move(shared)),
        global_(shared_->image.global()),
        objects_(shared_->objects.data()) {}

  [[nodiscard]] SynMode service_mode(const ProtectedObject& object, std::uint16_t port) const;

  std::shared_ptr<const Shared> shared_;
  GlobalRecord global_;
  const ProtectedObject* objects_;  ///< the shared ones, or those of this generation
  HugePageVector<ProtectedObject> measured_objects_;
  std::vector<MeasuredPrefixes> prefixes_;
  bool any_source_blocked_ = false;
  bool any_destination_given_up_ = false;
};

}  // namespace sekimori
