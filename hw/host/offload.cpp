#include "hw/host/offload.hpp"

#include <map>
#include <string_view>
#include <variant>

namespace sekimori {
namespace {

/// Fills words from the lowest bit on.
class BitPacker {
 public:
  explicit BitPacker(std::span<std::uint32_t> words) : words_(words) {}

  void put(std::uint32_t value, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i, ++at_) {
      words_[at_ / 32] |= (value >> i & 1) << at_ % 32;
    }
  }

 private:
  std::span<std::uint32_t> words_;
  unsigned at_ = 0;
};

std::uint32_t bits(const OffloadMode& mode) {
  return (mode.answer ? 2U : 0U) | (mode.validate ? 1U : 0U);
}

/// A policy as measures have changed it.
class MeasuredPolicy {
 public:
  MeasuredPolicy(const PolicyImage& policy, std::span<const Measure> measures) : policy_(policy) {
    for (const Measure& measure : measures) {
      const auto* authenticate = std::get_if<AuthenticateSources>(&measure.kind);
      if (authenticate != nullptr) when_off_.emplace(measure.object, authenticate->mode);
    }
  }

  [[nodiscard]] const PolicyImage& policy() const { return policy_; }
  /// The mode of an object's ports for which the policy says `mode`.
  [[nodiscard]] OffloadMode mode(const ObjectRecord& object, SynMode mode) const {
    const auto found = when_off_.find(policy_.name(object));
    return offload_mode(
        measured_mode(mode, found == when_off_.end() ? SynMode::off : found->second));
  }

 private:
  const PolicyImage& policy_;
  std::map<std::string_view, SynMode> when_off_;  ///< by the object's name
};

OffloadProfile profile_of(const MeasuredPolicy& measured, const ObjectRecord& object,
                          Family family) {
  OffloadProfile profile{
      .window = object.syn_ack_window,
      .mss = family == Family::ipv4 ? object.assumed_mss_ipv4 : object.assumed_mss_ipv6,
      .sack = object.assumed_sack != 0,
      .timestamps = object.assumed_timestamps != 0,
      .window_scale = object.assumed_window_scale,
      .next_window_scale = object.assumed_window_scale};
  if (object.source_list != 0 || object.service_count > OffloadProfile::max_services) {
    return profile;
  }
  profile.mode = measured.mode(object, object.syn_mode);
  for (std::uint32_t i = 0; i < object.service_count; ++i) {
    const ServiceRecord& service = measured.policy().services()[object.first_service + i];
    profile.services[i] = {.first_port = service.first_port,
                           .last_port = service.last_port,
                           .mode = measured.mode(object, service.syn_mode)};
  }
  return profile;
}

OffloadProfile with_learned(OffloadProfile profile, const LearnedServer& server) {
  profile.mss = server.mss;
  profile.sack = server.sack;
  profile.timestamps = server.timestamps;
  profile.window_scale = server.window_scale;
  profile.next_window_scale = server.next_window_scale;
  profile.next_slot = static_cast<std::uint8_t>(server.next_slot);
  return profile;
}

/// The object whose longest prefix holds the address.
const PrefixRecord* longest_prefix(const PolicyImage& policy, const Address& address) {
  const PrefixRecord* longest = nullptr;
  for (const PrefixRecord& record : policy.prefixes()) {
    if (!record.prefix.contains(address)) continue;
    if (longest == nullptr || record.prefix.length > longest->prefix.length) longest = &record;
  }
  return longest;
}

/// Numbers profiles, equal ones alike.
class ProfileSet {
 public:
  std::uint32_t add(const OffloadProfile& profile) {
    const auto number = static_cast<std::uint32_t>(profiles_.size());
    const auto [place, is_new] = numbers_.emplace(profile.pack(), number);
    if (is_new) profiles_.push_back(profile);
    return place->second;
  }
  [[nodiscard]] std::vector<OffloadProfile> take() { return std::move(profiles_); }
  [[nodiscard]] std::size_t size() const { return profiles_.size(); }

 private:
  std::vector<OffloadProfile> profiles_;
  std::map<std::array<std::uint32_t, OffloadProfile::words>, std::uint32_t> numbers_;
};

}  // namespace

std::array<std::uint32_t, OffloadProfile::words> OffloadProfile::pack() const {
  std::array<std::uint32_t, words> out{};
  BitPacker packer{out};
  packer.put(bits(mode), 2);
  packer.put(next_slot, 8);
  packer.put(next_window_scale, 4);
  packer.put(window_scale, 4);
  packer.put(timestamps ? 1 : 0, 1);
  packer.put(sack ? 1 : 0, 1);
  packer.put(mss, 16);
  packer.put(window, 16);
  for (const Service& service : services) {
    packer.put(bits(service.mode), 2);
    packer.put(service.last_port, 16);
    packer.put(service.first_port, 16);
  }
  return out;
}

tl::expected<OffloadTables, std::string> OffloadTables::from_policy(
    const PolicyImage& policy, std::span<const Measure> measures, const OffloadCapacity& capacity,
    std::span<const LearnedServer> learned) {
  const MeasuredPolicy measured{policy, measures};
  ProfileSet profiles;
  const std::uint32_t nothing = profiles.add({});
  std::vector<RangeTree::Entry> destinations;
  for (const PrefixRecord& record : policy.prefixes()) {
    const OffloadProfile profile =
        profile_of(measured, policy.objects()[record.object], record.prefix.address.family());
    destinations.push_back({.prefix = record.prefix, .value = profiles.add(profile)});
  }
  for (const LearnedServer& server : learned) {
    const PrefixRecord* const record = longest_prefix(policy, server.server);
    if (record == nullptr) continue;
    const OffloadProfile assumed =
        profile_of(measured, policy.objects()[record->object], server.server.family());
    destinations.push_back({.prefix = {.address = server.server, .length = 128},
                            .value = profiles.add(with_learned(assumed, server))});
  }
  for (const Measure& measure : measures) {
    const auto* give_up = std::get_if<GiveUpDestination>(&measure.kind);
    if (give_up != nullptr)
      destinations.push_back({.prefix = give_up->destination, .value = nothing});
  }
  if (profiles.size() > std::size_t{1} << capacity.profile_bits) {
    return tl::unexpected<std::string>{
        "the policy needs " + std::to_string(profiles.size()) +
        " server profiles, but the card has room for " +
        std::to_string(std::size_t{1} << capacity.profile_bits) +
        "; give objects the same server settings, or leave some to software"};
  }
  std::vector<RangeTree::Entry> sources;
  const SourceListRecord& own = policy.source_lists()[0];
  for (const SourceEntryRecord& entry :
       policy.source_entries().subspan(own.first_entry, own.entry_count)) {
    sources.push_back({.prefix = entry.prefix, .value = 1});
  }
  auto destination_tree = RangeTree::build(destinations, capacity.levels, nothing);
  if (!destination_tree) return tl::unexpected{"destinations: " + destination_tree.error()};
  auto source_tree = RangeTree::build(sources, capacity.source_levels, 0);
  if (!source_tree) return tl::unexpected{"sources: " + source_tree.error()};
  return OffloadTables{.destinations = std::move(*destination_tree),
                       .sources = std::move(*source_tree),
                       .profiles = profiles.take()};
}

}  // namespace sekimori
