#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "common/address.hpp"
#include "common/stats_json.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori {

/// What became of packets from outside, by their destination's object and, for the sources that a
/// file names, by source. It tells what one policy does to whom, to be held against another.
class Tally {
 public:
  /// A file with one address a line; of an IPv6 address, its /64 counts, as for authentication.
  /// Empty lines and lines that begin with '#' are passed over.
  static tl::expected<Tally, std::string> load(const std::string& path);

  /// Remembers whose packets these are, before the pipeline changes them.
  void read(std::span<const Frame> frames, const PolicyTables& policy);
  /// Counts what became of the packets that were read last.
  void count(std::span<const Decision> decisions);

  /// [{"object", "source", "verdict", "reason", "packets"}]: the object's name or "" for none, one
  /// of the file's sources or "" for all others, and the reason of drops or "".
  [[nodiscard]] Json json(const PolicyTables& policy) const;

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Whose {
    std::uint32_t object = none;
    std::uint32_t source = none;
    friend auto operator<=>(const Whose&, const Whose&) = default;
  };
  struct Fate {
    Whose whose;
    Verdict verdict{};
    DropReason reason{};
    friend auto operator<=>(const Fate&, const Fate&) = default;
  };
  struct Hash {
    std::size_t operator()(const Address& address) const;
  };

  std::vector<std::string> names_;
  std::unordered_map<Address, std::uint32_t, Hash> sources_;
  std::vector<Whose> read_;
  std::map<Fate, std::uint64_t> counts_;
};

}  // namespace sekimori
