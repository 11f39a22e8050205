// Tables behave as the simplest containers do, up to their capacity.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "dataplane/packet/siphash.hpp"
#include "dataplane/state/hash_table.hpp"
#include "dataplane/state/prefix_map.hpp"

namespace sekimori {
namespace {

struct Entry {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

std::uint64_t hash_of(std::uint64_t key) {
  return siphash<1, 3>(SipKey{.k0 = 1, .k1 = 2}, std::array{key});
}

RC_GTEST_PROP(HashTable, HoldsWhatAMapHolds, ()) {
  const auto capacity = *rc::gen::inRange<std::uint32_t>(1, 200);
  HashTable<Entry> table{capacity};
  std::map<std::uint64_t, std::uint64_t> model;
  const auto steps = *rc::gen::container<std::vector<std::pair<std::uint8_t, bool>>>(
      rc::gen::arbitrary<std::pair<std::uint8_t, bool>>());
  for (std::uint64_t number = 0; const auto& [key, removes] : steps) {
    const std::uint32_t found = table.find(hash_of(key), key);
    RC_ASSERT((found != HashTable<Entry>::none) == model.contains(key));
    if (found != HashTable<Entry>::none) RC_ASSERT(table[found].value == model[key]);
    if (removes && found != HashTable<Entry>::none) {
      table.erase(hash_of(key), found);
      model.erase(key);
    } else if (found == HashTable<Entry>::none) {
      const std::uint32_t index = table.insert(hash_of(key), key);
      // A place may be refused a little before the last one, never after it.
      if (model.size() == capacity) RC_ASSERT(index == HashTable<Entry>::none);
      if (index == HashTable<Entry>::none) continue;
      table[index].value = model[key] = ++number;
    }
    RC_ASSERT(table.size() == model.size());
  }
  std::size_t visited = 0;
  table.sweep(table.capacity(), [&](std::uint32_t index) {
    ++visited;
    RC_ASSERT(model.contains(table[index].key));
  });
  RC_ASSERT(visited == model.size());
}

/// Addresses of few bits, so that prefixes overlap and are hit.
Address narrow_address() {
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = 0x20;
  for (const std::size_t i : {3U, 7U, 8U, 15U}) {
    bytes[i] = *rc::gen::element<std::uint8_t>(0, 1, 0x80, 0xff);
  }
  if (*rc::gen::arbitrary<bool>()) return Address::from_ipv4(load<be32>(bytes.data() + 5));
  return Address::from_ipv6(bytes.data());
}

RC_GTEST_PROP(PrefixMap, FindsTheLongestPrefix, ()) {
  std::vector<PrefixMap::Entry> entries;
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 40);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Address address = narrow_address();
    const auto length =
        static_cast<std::uint8_t>(*rc::gen::inRange(address.is_ipv4() ? 96 : 0, 129));
    entries.push_back(
        {.prefix = {.address = address.masked(length), .length = length}, .value = i});
  }
  const PrefixMap map{entries};
  for (int i = 0; i < 50; ++i) {
    const Address address = narrow_address();
    const PrefixMap::Entry* best = nullptr;
    for (const PrefixMap::Entry& entry : entries) {
      if (!entry.prefix.contains(address)) continue;
      if (best == nullptr || entry.prefix.length >= best->prefix.length) best = &entry;
    }
    RC_ASSERT(map.find(address) == (best == nullptr ? PrefixMap::none : best->value));
  }
}

}  // namespace
}  // namespace sekimori
