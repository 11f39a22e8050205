#include "hw/host/range_tree.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace sekimori {
namespace {

/// The beginning of a range and the value that holds from there on.
struct Range {
  Address first;
  std::uint32_t value = 0;
};

Address highest_address() {
  std::array<std::uint8_t, 16> bytes;
  bytes.fill(0xff);
  return Address::from_ipv6(bytes.data());
}

/// The address behind a prefix; none behind one that reaches to the end.
std::optional<Address> behind(const Prefix& prefix) {
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), prefix.address.bytes(), bytes.size());
  for (unsigned bit = prefix.length; bit-- > 0;) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    bytes[bit / 8] ^= mask;
    if ((bytes[bit / 8] & mask) != 0) return Address::from_ipv6(bytes.data());
  }
  return std::nullopt;
}

/// Whether a prefix spans an address as a number. Unlike for `Prefix::contains`, a short IPv6
/// prefix spans the block in which IPv4 addresses are mapped, too.
bool spans(const Prefix& prefix, const Address& address) {
  return address.masked(prefix.length) == prefix.address;
}

/// Sorted so that a prefix stands in front of those that it holds. The block of IPv4 comes first of
/// its equals with `fallback`, as no short IPv6 prefix means it.
std::vector<RangeTree::Entry> sorted(std::span<const RangeTree::Entry> entries,
                                     std::uint32_t fallback) {
  std::vector<RangeTree::Entry> result{
      {.prefix = {.address = Address::from_ipv4(be32{0}), .length = ipv4_length_offset},
       .value = fallback}};
  result.insert(result.end(), entries.begin(), entries.end());
  std::ranges::stable_sort(result, [](const auto& a, const auto& b) {
    return a.prefix.address != b.prefix.address ? a.prefix.address < b.prefix.address
                                                : a.prefix.length < b.prefix.length;
  });
  return result;
}

/// Where each value begins to hold, from the lowest address on.
std::vector<Range> ranges_of(std::span<const RangeTree::Entry> entries, std::uint32_t fallback) {
  std::vector<Range> ranges{{.first = Address{}, .value = fallback}};
  std::vector<RangeTree::Entry>
      open;  // the prefixes that hold the present address, outermost first
  const auto begin = [&](const Address& first, std::uint32_t value) {
    if (ranges.back().first == first) {
      ranges.back().value = value;
    } else {
      ranges.push_back({.first = first, .value = value});
    }
  };
  const auto close_one = [&] {
    const std::optional<Address> next = behind(open.back().prefix);
    open.pop_back();
    if (next) begin(*next, open.empty() ? fallback : open.back().value);
  };
  for (const RangeTree::Entry& entry : sorted(entries, fallback)) {
    while (!open.empty() && !spans(open.back().prefix, entry.prefix.address)) close_one();
    begin(entry.prefix.address, entry.value);
    open.push_back(entry);
  }
  while (!open.empty()) close_one();

  // Neighbours with the same value are one range.
  const auto same = std::ranges::unique(ranges, {}, &Range::value);
  ranges.erase(same.begin(), same.end());
  return ranges;
}

}  // namespace

tl::expected<RangeTree, std::string> RangeTree::build(std::span<const Entry> entries,
                                                      unsigned levels, std::uint32_t fallback) {
  const std::vector<Range> ranges = ranges_of(entries, fallback);
  const std::size_t places = std::size_t{1} << 2 * levels;
  if (ranges.size() > places) {
    return tl::unexpected<std::string>{
        std::to_string(entries.size()) + " prefixes make " + std::to_string(ranges.size()) +
        " ranges, but the card's table has room for " + std::to_string(places) +
        "; join neighbouring prefixes, or leave some objects to software"};
  }
  RangeTree tree;
  tree.leaves_.assign(places, ranges.back().value);
  for (std::size_t i = 0; i < ranges.size(); ++i) tree.leaves_[i] = ranges[i].value;
  const Address unused = highest_address();
  for (unsigned level = 0; level < levels; ++level) {
    const std::size_t span = places >> 2 * level;  // leaves below a node
    std::vector<Node> nodes(places / span);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t leaf = n * span + (k + 1) * (span / 4);
        nodes[n][k] = leaf < ranges.size() ? ranges[leaf].first : unused;
      }
    }
    tree.nodes_.push_back(std::move(nodes));
  }
  return tree;
}

std::size_t RangeTree::find_leaf(const Address& address) const {
  std::size_t index = 0;
  for (const std::vector<Node>& nodes : nodes_) {
    const auto not_above =
        std::ranges::count_if(nodes[index], [&](const Address& key) { return !(address < key); });
    index = 4 * index + static_cast<std::size_t>(not_above);
  }
  return index;
}

}  // namespace sekimori
