#include "dataplane/state/prefix_map.hpp"

#include <algorithm>
#include <bit>

namespace sekimori {
namespace {

std::uint64_t mask(unsigned length) {
  if (length == 0) return 0;
  return length >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - length);
}

/// An IPv4 prefix shorter than the mapping's 96 bits is an IPv6 one.
bool is_ipv4(const Prefix& prefix) {
  return prefix.length >= ipv4_length_offset && prefix.address.is_ipv4();
}

}  // namespace

PrefixMap::Masked PrefixMap::Masked::of(const Address& address, unsigned length) {
  return {.high = address.high() & mask(length),
          .low = address.low() & mask(length > 64 ? length - 64 : 0),
          .length = length};
}

PrefixMap::PrefixMap(std::span<const Entry> entries) {
  if (entries.empty()) return;
  std::vector<Entry> sorted(entries.begin(), entries.end());
  std::ranges::stable_sort(sorted, {}, [](const Entry& e) { return e.prefix.length; });
  for (const Entry& e : sorted) {
    auto& lengths = is_ipv4(e.prefix) ? ipv4_lengths_ : ipv6_lengths_;
    if (lengths.empty() || lengths.back() != e.prefix.length) lengths.push_back(e.prefix.length);
  }
  const auto most = std::max(ipv4_lengths_.size(), ipv6_lengths_.size());
  const std::size_t probes = static_cast<std::size_t>(std::bit_width(most));
  cells_.resize(std::bit_ceil(2 * sorted.size() * probes));

  for (const Entry& e : sorted) {
    cell(e.prefix.address, e.prefix.length).value = e.value;
    add_markers(e.prefix);
  }
  fill_markers();
  compact();
}

std::size_t PrefixMap::place(const Masked& masked) const {
  // The table holds only what the policy names, so its chains are the policy's doing and no secret
  // is needed.
  std::uint64_t hash =
      (masked.high ^ std::rotl(masked.low, 29) ^ masked.length) * 0x9e3779b97f4a7c15ULL;
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93ULL;
  return (hash >> 32 ^ hash) & (cells_.size() - 1);
}

const PrefixMap::Cell* PrefixMap::probe(const Masked& masked, std::size_t place) const {
  for (std::size_t at = place;; at = (at + 1) & (cells_.size() - 1)) {
    const Cell& c = cells_[at];
    if (c.is(masked)) return &c;
    if (c.length == Cell::free) return nullptr;
  }
}

PrefixMap::Cell& PrefixMap::cell(const Address& address, unsigned length) {
  const Masked masked = Masked::of(address, length);
  std::size_t at = place(masked);
  while (!cells_[at].is(masked) && cells_[at].length != Cell::free) {
    at = (at + 1) & (cells_.size() - 1);
  }
  if (cells_[at].length == Cell::free) {
    cells_[at] = {
        .high = masked.high, .low = masked.low, .length = static_cast<std::uint8_t>(length)};
  }
  return cells_[at];
}

void PrefixMap::add_markers(const Prefix& prefix) {
  const auto& sizes = is_ipv4(prefix) ? ipv4_lengths_ : ipv6_lengths_;
  std::size_t low = 0;
  std::size_t high = sizes.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (sizes[middle] == prefix.length) return;
    if (sizes[middle] < prefix.length) {
      cell(prefix.address, sizes[middle]);
      low = middle + 1;
    } else {
      high = middle;
    }
  }
}

void PrefixMap::fill_markers() {
  // From short to long, each marker without a prefix of its own takes the value of the longest
  // prefix that covers it, which the shorter cells know by then.
  std::vector<std::uint32_t> order;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].length != Cell::free && cells_[i].value == none) {
      order.push_back(static_cast<std::uint32_t>(i));
    }
  }
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return cells_[i].length; });
  for (const std::uint32_t i : order) {
    Cell& marker = cells_[i];
    std::array<std::uint8_t, 16> bytes;
    store(bytes.data(), be64{marker.high});
    store(bytes.data() + 8, be64{marker.low});
    const Address address = Address::from_ipv6(bytes.data());
    const auto& sizes = marker.length >= ipv4_length_offset ? lengths(address) : ipv6_lengths_;
    for (auto size = std::ranges::lower_bound(sizes, marker.length); size != sizes.begin();) {
      --size;
      const Cell* covering = probe(Masked::of(address, *size));
      if (covering != nullptr && covering->value != none) {
        marker.value = covering->value;
        break;
      }
    }
  }
}

void PrefixMap::compact() {
  const auto used = static_cast<std::size_t>(
      std::ranges::count_if(cells_, [](const Cell& c) { return c.length != Cell::free; }));
  const std::size_t enough = std::bit_ceil(2 * used);
  if (enough >= cells_.size()) return;
  HugePageVector<Cell> old(enough);
  old.swap(cells_);
  for (const Cell& c : old) {
    if (c.length == Cell::free) continue;
    std::size_t at = place({c.high, c.low, c.length});
    while (cells_[at].length != Cell::free) at = (at + 1) & (cells_.size() - 1);
    cells_[at] = c;
  }
}

std::size_t PrefixMap::start(const Address& address) const {
  const auto& sizes = lengths(address);
  if (sizes.empty()) return 0;
  const std::size_t first = place(Masked::of(address, sizes[sizes.size() / 2]));
  __builtin_prefetch(&cells_[first]);
  return first;
}

std::uint32_t PrefixMap::find(const Address& address, std::size_t start) const {
  const auto& sizes = lengths(address);
  std::uint32_t best = none;
  std::size_t low = 0;
  std::size_t high = sizes.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const Masked masked = Masked::of(address, sizes[middle]);
    const bool first = high - low == sizes.size();
    const Cell* found = probe(masked, first ? start : place(masked));
    if (found == nullptr) {
      high = middle;
    } else {
      if (found->value != none) best = found->value;
      low = middle + 1;
    }
  }
  return best;
}

}  // namespace sekimori
