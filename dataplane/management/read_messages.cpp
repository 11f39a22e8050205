#include "dataplane/management/read_messages.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "common/bytes.hpp"
#include "dataplane/management/bounds.hpp"

namespace sekimori {
namespace {

using Error = tl::unexpected<std::string>;
using Bounds = ManagementBounds;

/// The text of a peer, short enough and plain enough for a line of a log.
std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 64;
  std::string result = "'";
  for (const char c : text.substr(0, shown)) result += c >= ' ' && c < 0x7f ? c : '?';
  return result + (text.size() > shown ? "...'" : "'");
}

std::string choices(std::span<const std::string_view> names) {
  std::string result;
  for (const std::string_view name : names) {
    result.append(result.empty() ? "" : ", ").append(name);
  }
  return result;
}

std::optional<std::size_t> index_of(std::span<const std::string_view> names,
                                    std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

tl::expected<Prefix, std::string> read_prefix(const std::string& text) {
  if (const auto prefix = Prefix::parse(text)) return *prefix;
  return Error{quoted(text) +
               " must be an address or a prefix without bits behind its length, as 192.0.2.7/32"};
}

tl::expected<MeasureKind, std::string> read_kind(const management::AuthenticateSources& message) {
  // "off" is what the policy says where this applies, so it is no measure.
  constexpr auto modes = std::span{syn_mode_names}.subspan(1);
  const auto mode = index_of(modes, message.syn_mode());
  if (!mode) {
    return Error{"authenticate_sources.syn_mode: " + quoted(message.syn_mode()) +
                 " must be one of " + choices(modes)};
  }
  return AuthenticateSources{.mode = static_cast<SynMode>(*mode + 1)};
}

tl::expected<MeasureKind, std::string> read_kind(const management::BlockSources& message) {
  if (message.sources().empty()) {
    return Error{"block_sources.sources: must name at least one source"};
  }
  BlockSources result;
  result.sources.reserve(static_cast<std::size_t>(message.sources_size()));
  for (int i = 0; i < message.sources_size(); ++i) {
    const auto prefix = read_prefix(message.sources(i));
    if (!prefix) {
      return Error{"block_sources.sources[" + std::to_string(i) + "]: " + prefix.error()};
    }
    result.sources.push_back(*prefix);
  }
  return result;
}

tl::expected<MeasureKind, std::string> read_kind(const management::LimitTraffic& message) {
  const auto traffic = index_of(traffic_class_names, message.traffic_class());
  if (!traffic) {
    return Error{"limit_traffic.traffic_class: " + quoted(message.traffic_class()) +
                 " must be one of " + choices(traffic_class_names)};
  }
  return LimitTraffic{.traffic = static_cast<TrafficClass>(*traffic),
                      .packets_per_s = message.packets_per_s(),
                      .bits_per_s = message.bits_per_s()};
}

tl::expected<MeasureKind, std::string> read_kind(const management::LimitConnections& message) {
  return LimitConnections{.per_s = message.per_s()};
}

tl::expected<MeasureKind, std::string> read_kind(const management::GiveUpDestination& message) {
  const auto prefix = read_prefix(message.destination());
  if (!prefix) return Error{"give_up_destination.destination: " + prefix.error()};
  return GiveUpDestination{.destination = *prefix};
}

tl::expected<MeasureKind, std::string> read_kind(const management::Measure& message) {
  switch (message.kind_case()) {
    case management::Measure::kAuthenticateSources:
      return read_kind(message.authenticate_sources());
    case management::Measure::kBlockSources:
      return read_kind(message.block_sources());
    case management::Measure::kLimitTraffic:
      return read_kind(message.limit_traffic());
    case management::Measure::kLimitConnections:
      return read_kind(message.limit_connections());
    case management::Measure::kGiveUpDestination:
      return read_kind(message.give_up_destination());
    case management::Measure::KIND_NOT_SET:
      break;
  }
  return Error{"kind: must be set to one that this dataplane knows"};
}

tl::expected<Measure, std::string> read_measure(const management::Measure& message) {
  if (message.object().empty() || message.object().size() > PolicyBounds::max_name_length) {
    return Error{"object: must be a name of 1 to " + std::to_string(PolicyBounds::max_name_length) +
                 " bytes"};
  }
  if (message.lifetime_ms() == 0 || message.lifetime_ms() > Bounds::max_lifetime_ms) {
    return Error{"lifetime_ms: must be 1 to " + std::to_string(Bounds::max_lifetime_ms)};
  }
  auto kind = read_kind(message);
  if (!kind) return Error{kind.error()};
  return Measure{
      .object = message.object(), .lifetime_ms = message.lifetime_ms(), .kind = std::move(*kind)};
}

}  // namespace

tl::expected<MeasureSet, std::string> read_measures(const management::Measures& message) {
  const auto count = static_cast<std::size_t>(message.measures_size());
  if (count > Bounds::max_measures) {
    return Error{"measures: must be at most " + std::to_string(Bounds::max_measures)};
  }
  MeasureSet set{.revision = message.revision(), .measures = {}};
  set.measures.reserve(count);
  std::size_t sources = 0;
  for (int i = 0; i < message.measures_size(); ++i) {
    auto measure = read_measure(message.measures(i));
    if (!measure) return Error{"measures[" + std::to_string(i) + "]." + measure.error()};
    if (const auto* block = std::get_if<BlockSources>(&measure->kind)) {
      sources += block->sources.size();
    }
    if (sources > Bounds::max_sources) {
      return Error{"measures[" + std::to_string(i) + "].block_sources.sources: must be at most " +
                   std::to_string(Bounds::max_sources) + " in all measures together"};
    }
    set.measures.push_back(std::move(*measure));
  }
  return set;
}

tl::expected<std::vector<SlotKey>, std::string> read_cookie_keys(
    const management::CookieKeys& message) {
  const auto count = static_cast<std::size_t>(message.keys_size());
  if (count > Bounds::max_cookie_keys) {
    return Error{"keys: must be at most " + std::to_string(Bounds::max_cookie_keys)};
  }
  std::vector<SlotKey> keys;
  keys.reserve(count);
  for (int i = 0; i < message.keys_size(); ++i) {
    const management::CookieKey& key = message.keys(i);
    const std::string field = "keys[" + std::to_string(i) + "].";
    if (key.key().size() != 16) return Error{field + "key: must have 16 bytes"};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.key().data());
    keys.push_back(
        {.slot = key.slot(),
         .key = {.k0 = load<std::uint64_t>(bytes), .k1 = load<std::uint64_t>(bytes + 8)}});
  }
  return keys;
}

}  // namespace sekimori
