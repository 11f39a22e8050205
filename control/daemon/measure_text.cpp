#include "control/daemon/measure_text.hpp"

#include <array>

#include "common/units.hpp"

namespace sekimori {
namespace {

constexpr std::size_t named_sources = 10;

struct Words {
  std::string operator()(const AuthenticateSources& m) const {
    return "SYN mode " + std::string{syn_mode_names[static_cast<std::size_t>(m.mode)]};
  }
  std::string operator()(const BlockSources& m) const {
    std::string text = std::to_string(m.sources.size()) + " sources: ";
    for (std::size_t i = 0; i < std::min(named_sources, m.sources.size()); ++i) {
      if (i != 0) text += ", ";
      text += m.sources[i].to_string();
    }
    return m.sources.size() > named_sources ? text + ", .." : text;
  }
  std::string operator()(const LimitTraffic& m) const {
    std::string text{traffic_class_names[static_cast<std::size_t>(m.traffic)]};
    if (m.packets_per_s != 0) {
      text += " at most " + format_quantity(m.packets_per_s, Unit::packets_per_s) + " packets/s";
    }
    if (m.bits_per_s != 0) {
      text += " at most " + format_quantity(m.bits_per_s, Unit::bits_per_s) + " bit/s";
    }
    return m.packets_per_s == 0 && m.bits_per_s == 0 ? text + " without limit" : text;
  }
  std::string operator()(const LimitConnections& m) const {
    if (m.per_s == 0) return "new connections without limit";
    return "at most " + format_quantity(m.per_s, Unit::per_s) + " new connections/s";
  }
  std::string operator()(const GiveUpDestination& m) const {
    return "everything to " + m.destination.to_string() + " is dropped";
  }
};

}  // namespace

Step step_of(const MeasureKind& kind) {
  constexpr std::array steps{Step::authenticate, Step::block_sources, Step::raise_threshold,
                             Step::raise_threshold, Step::give_up};
  static_assert(steps.size() == std::variant_size_v<MeasureKind>);
  return steps[kind.index()];
}

std::string_view kind_text(const MeasureKind& kind) {
  constexpr std::array<std::string_view, 5> names{"authenticate-sources", "block-sources",
                                                  "limit-traffic", "limit-connections",
                                                  "give-up-destination"};
  static_assert(names.size() == std::variant_size_v<MeasureKind>);
  return names[kind.index()];
}

std::string measure_text(const MeasureKind& kind) {
  return std::visit(Words{}, kind);
}

}  // namespace sekimori
