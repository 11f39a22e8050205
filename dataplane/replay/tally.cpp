#include "dataplane/replay/tally.hpp"

#include <fstream>

#include "dataplane/packet/parse.hpp"

namespace sekimori {
namespace {

/// What authenticates itself as one: an IPv4 address or an IPv6 /64.
Address source_of(const Address& address) {
  constexpr unsigned ipv6_source_bits = 64;
  return address.is_ipv4() ? address : address.masked(ipv6_source_bits);
}

}  // namespace

/// Only what the file names is ever put in, so no sender chooses the keys.
std::size_t Tally::Hash::operator()(const Address& address) const {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>((address.high() * odd) ^ (address.low() * (odd ^ 2)));
}

tl::expected<Tally, std::string> Tally::load(const std::string& path) {
  std::ifstream file{path};
  if (!file) return tl::unexpected{path + ": cannot be read"};
  Tally tally;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto address = Address::parse(line);
    if (!address) {
      return tl::unexpected{path + ":" + std::to_string(number) + ": is no address"};
    }
    const auto index = static_cast<std::uint32_t>(tally.names_.size());
    if (tally.sources_.try_emplace(source_of(*address), index).second) {
      tally.names_.push_back(line);
    }
  }
  return tally;
}

void Tally::read(std::span<const Frame> frames, const PolicyTables& policy) {
  read_.clear();
  for (const Frame& frame : frames) {
    const Headers headers = parse(frame);
    Whose& whose = read_.emplace_back();
    if (!headers.addressed) continue;
    const std::uint32_t object = policy.destinations().find(headers.destination);
    if (object != PrefixMap::none) whose.object = object;
    if (const auto source = sources_.find(source_of(headers.source)); source != sources_.end()) {
      whose.source = source->second;
    }
  }
}

void Tally::count(std::span<const Decision> decisions) {
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const bool dropped = decisions[i].verdict == Verdict::drop;
    ++counts_[{.whose = read_[i],
               .verdict = decisions[i].verdict,
               .reason = dropped ? decisions[i].reason : DropReason{}}];
  }
}

Json Tally::json(const PolicyTables& policy) const {
  Json result = Json::array();
  for (const auto& [fate, packets] : counts_) {
    const auto& [object, source] = fate.whose;
    const bool dropped = fate.verdict == Verdict::drop;
    result.push_back(
        {{"object", object == none
                        ? std::string{}
                        : std::string{policy.image().name(policy.image().objects()[object])}},
         {"source", source == none ? std::string{} : names_[source]},
         {"verdict", verdict_texts[static_cast<std::size_t>(fate.verdict)].name},
         {"reason", dropped ? drop_reason_texts[static_cast<std::size_t>(fate.reason)].name
                            : std::string_view{}},
         {"packets", packets}});
  }
  return result;
}

}  // namespace sekimori
