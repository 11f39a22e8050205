#include <array>

#include "control/model/key_binding.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t minute_ms = 60'000;
constexpr std::uint64_t hour_s = 3'600;
constexpr std::uint64_t day_s = 24 * hour_s;

constexpr std::array detection_keys{
    key<&DetectionPolicy::alert_after_ms>(
        {.name = "alert_after",
         .text = "How long a rate must stay above its threshold to be abnormal.",
         .example = R"("300ms")",
         .unit = Unit::milliseconds,
         .minimum = 100,
         .maximum = minute_ms,
         .fallback = 300}),
    key<&DetectionPolicy::step_after_ms>(
        {.name = "step_after",
         .text = "How long a step of the ladder gets to show its effect before the next is taken.",
         .example = R"("3s")",
         .unit = Unit::milliseconds,
         .minimum = 500,
         .maximum = 10 * minute_ms,
         .fallback = 3'000}),
    key<&DetectionPolicy::calm_percent>(
        {.name = "calm_percent",
         .text = "The part of the threshold below which a rate is calm again. Between the two "
                 "nothing changes, so that a rate near its threshold does not make steps go up "
                 "and down.",
         .example = "80",
         .minimum = 10,
         .maximum = 99,
         .fallback = 80}),
    key<&DetectionPolicy::calm_after_s>(
        {.name = "calm_after",
         .text = "After being calm for so long, one step is taken back.",
         .example = R"("30s")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = day_s,
         .fallback = 30}),
    key<&DetectionPolicy::give_up_for_s>(
        {.name = "give_up_for",
         .text = "For how long a destination is given up before it is probed whether the attack "
                 "has ended.",
         .example = R"("5m")",
         .unit = Unit::seconds,
         .minimum = 10,
         .maximum = day_s,
         .fallback = 300}),
    key<&DetectionPolicy::probe_s>(
        {.name = "probe",
         .text = "How long a probe watches a destination that was given up.",
         .example = R"("5s")",
         .unit = Unit::seconds,
         .minimum = 1,
         .maximum = hour_s,
         .fallback = 5}),
    key<&DetectionPolicy::box_packets_per_s>(
        {.name = "box_packets",
         .text = "The packets each second that this machine can take. A destination whose load "
                 "comes near endangers all others, which is a reason to give it up. 0 means not "
                 "declared: then only the object's own capacity can be such a reason.",
         .example = R"("14M")",
         .unit = Unit::packets_per_s,
         .minimum = 0,
         .maximum = max_packets_per_s,
         .fallback = 0}),
    key<&DetectionPolicy::box_bits_per_s>(
        {.name = "box_bits",
         .text = "The same in bits each second: what the line from outside can carry.",
         .example = R"("10G")",
         .unit = Unit::bits_per_s,
         .minimum = 0,
         .maximum = max_bits_per_s,
         .fallback = 0}),
};

constexpr std::array capacity_keys{
    key<&CapacityPolicy::packets_per_s>({.name = "packets",
                                         .text = "Packets each second. 0 means not declared.",
                                         .example = R"("200k")",
                                         .unit = Unit::packets_per_s,
                                         .minimum = 0,
                                         .maximum = max_packets_per_s,
                                         .fallback = 0}),
    key<&CapacityPolicy::bits_per_s>(
        {.name = "bits",
         .text = "Bits each second, counted over whole frames. 0 means not declared.",
         .example = R"("1G")",
         .unit = Unit::bits_per_s,
         .minimum = 0,
         .maximum = max_bits_per_s,
         .fallback = 0}),
    key<&CapacityPolicy::new_connections_per_s>(
        {.name = "new_connections",
         .text = "New connections each second. 0 means not declared.",
         .example = R"("5k")",
         .unit = Unit::per_s,
         .minimum = 0,
         .maximum = max_rate_per_s,
         .fallback = 0}),
};

template <Vector vector>
consteval Key<ThresholdPolicy> threshold_key(KeyDefinition definition) {
  definition.unit = vector_texts[static_cast<std::size_t>(vector)].unit;
  definition.maximum = definition.unit == Unit::bits_per_s ? max_bits_per_s : max_packets_per_s;
  return {definition,
          [](ThresholdPolicy& owner, Value value, Place place) {
            owner[vector] = std::get<std::uint64_t>(value);
            owner.places[vector] = place;
          },
          [](const ThresholdPolicy& owner) -> Value { return owner[vector]; }};
}

#define SEKIMORI_THRESHOLD_KEY(vector, vector_unit, vector_text)                           \
  threshold_key<Vector::vector>(                                                           \
      {.name = #vector,                                                                    \
       .text = "The most that is normal of: " vector_text                                  \
               ". 0 means not set, so that the learned threshold holds, if there is one.", \
       .example = R"("20k")"}),
constexpr std::array threshold_keys{SEKIMORI_VECTORS(SEKIMORI_THRESHOLD_KEY)};
#undef SEKIMORI_THRESHOLD_KEY

constexpr std::array ladder_keys{
    key<&LadderPolicy::level>(
        {.name = "level",
         .text = "How soon something is done. low: thresholds count twice. medium: as they are. "
                 "high: half.",
         .example = R"("high")",
         .fallback = index_of(ProtectionLevel::medium),
         .choices = protection_level_names}),
    key<&LadderPolicy::syn>(
        {.name = "syn",
         .text = "The SYN mode of step authenticate, for ports that have none of their own. The "
                 "modes are those of object.syn.",
         .example = R"("reset")",
         .minimum = index_of(SynMode::proxy),
         .fallback = index_of(SynMode::proxy),
         .choices = syn_mode_names}),
    key<&LadderPolicy::authenticate>(
        {.name = "authenticate",
         .text = "Whether sources may be made to prove that their addresses are their own.",
         .example = R"("granted")",
         .fallback = index_of(Permission::granted),
         .choices = permission_names}),
    key<&LadderPolicy::block_sources>(
        {.name = "block_sources",
         .text = "Whether sources that were identified may be blocked. Only sources that proved "
                 "themselves real are ever identified.",
         .example = R"("monitor")",
         .fallback = index_of(Permission::granted),
         .choices = permission_names}),
    key<&LadderPolicy::raise_threshold>(
        {.name = "raise_threshold",
         .text = "Whether a threshold may be raised, up to the capacity; where none is declared "
                 "this step is not possible.",
         .example = R"("ask")",
         .fallback = index_of(Permission::granted),
         .choices = permission_names}),
    key<&LadderPolicy::give_up>(
        {.name = "give_up",
         .text = "Whether the attacked address alone may be cut off for a time. That takes "
                 "evidence that its load exceeds object.capacity or endangers others "
                 "(detection.box_packets, detection.box_bits); where none of them is declared this "
                 "step is not possible, granted or not.",
         .example = R"("granted")",
         .fallback = index_of(Permission::ask),
         .choices = permission_names}),
};

}  // namespace

template <>
std::span<const Key<DetectionPolicy>> keys_of() {
  return detection_keys;
}

template <>
std::span<const Key<CapacityPolicy>> keys_of() {
  return capacity_keys;
}

template <>
std::span<const Key<ThresholdPolicy>> keys_of() {
  return threshold_keys;
}

template <>
std::span<const Key<LadderPolicy>> keys_of() {
  return ladder_keys;
}

}  // namespace sekimori
