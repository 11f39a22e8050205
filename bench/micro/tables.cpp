// Tables that are looked up by key, at several sizes and fills: dataplane/state.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <unordered_map>

#include "bench/micro/micro.hpp"
#include "common/clock.hpp"
#include "dataplane/state/backend_table.hpp"
#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/prefix_map.hpp"
#include "dataplane/state/source_table.hpp"

namespace sekimori::bench {

namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};
constexpr std::uint32_t sources = 1U << 16;
constexpr std::size_t lookups = 1U << 16;  ///< keys in random order, looked up in turn

Address address(std::uint32_t number) {
  return Address::from_ipv4(be32{0x0b000000U + number});
}

FlowKey flow_key(std::uint32_t number) {
  return {.client = address(number),
          .server = Address::from_ipv4(be32{0xc000020a}),
          .client_port = static_cast<std::uint16_t>(1024 + number % 60'000),
          .server_port = 80};
}

struct HashedKey {
  FlowKey key;
  std::uint64_t hash = 0;
};

/// Keys from `first` on, below `first + count`, at random.
std::vector<HashedKey> random_keys(std::uint32_t first, std::uint32_t count) {
  std::mt19937 random{7};
  std::vector<HashedKey> keys;
  for (std::size_t i = 0; i < lookups; ++i) {
    const FlowKey flow = flow_key(first + static_cast<std::uint32_t>(random() % count));
    keys.push_back({.key = flow, .hash = flow.hash(key)});
  }
  return keys;
}

/// Goes through the keys, `batch` at a time, again and again.
template <typename Key>
class Cursor {
 public:
  explicit Cursor(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::span<const Key> next() {
    const std::span<const Key> keys{keys_.data() + at_, batch};
    at_ = (at_ + batch) % keys_.size();
    return keys;
  }

 private:
  std::vector<Key> keys_;
  std::size_t at_ = 0;
};

/// A flow table of that capacity in which so many connections are.
std::shared_ptr<FlowTable> filled_flows(std::uint32_t capacity, std::uint32_t fill_percent) {
  auto table = std::make_shared<FlowTable>(capacity);
  const auto wanted = static_cast<std::uint32_t>(std::uint64_t{capacity} * fill_percent / 100);
  // Towards the end a key may find both its buckets full; the next one is taken instead.
  for (std::uint32_t number = 0; table->size() < wanted; ++number) {
    if (number > 2 * capacity) throw std::runtime_error{"the flow table does not fill"};
    const FlowKey flow = flow_key(number);
    (void)table->insert(flow.hash(key), flow);
  }
  return table;
}

/// Lookups of a burst, whose buckets are fetched ahead.
Work burst_lookups(std::shared_ptr<FlowTable> table, std::uint32_t first, std::uint32_t count) {
  const auto cursor = std::make_shared<Cursor<HashedKey>>(random_keys(first, count));
  return {.run = [table = std::move(table), cursor] {
    const auto keys = cursor->next();
    for (const HashedKey& k : keys) table->prefetch(k.hash);
    for (const HashedKey& k : keys) keep(table->find(k.hash, k.key));
  }};
}

/// The same lookups in a table of the standard library, with the same hash.
Work standard_lookups(std::uint32_t entries) {
  struct Hash {
    std::size_t operator()(const FlowKey& flow) const { return flow.hash(key); }
  };
  struct Equal {
    bool operator()(const FlowKey& a, const FlowKey& b) const { return a == b; }
  };
  const auto table =
      std::make_shared<std::unordered_map<FlowKey, std::array<char, 24>, Hash, Equal>>();
  table->reserve(entries);
  for (std::uint32_t number = 0; number < entries; ++number) {
    table->emplace(flow_key(number), std::array<char, 24>{});
  }
  const auto cursor = std::make_shared<Cursor<HashedKey>>(random_keys(0, entries));
  return {.run = [table, cursor] {
    for (const HashedKey& k : cursor->next()) keep(table->find(k.key));
  }};
}

std::string standard_name(std::uint32_t exponent) {
  return "unordered_map_2e" + std::to_string(exponent);
}

void add_hash_table(Micros& micros) {
  for (const std::uint32_t exponent : {10U, 16U, 20U}) {
    const std::uint32_t capacity = 1U << exponent;
    const std::string size = "2e" + std::to_string(exponent);
    micros.push_back({.name = standard_name(exponent), .units = batch, .make = [capacity] {
                        return standard_lookups(capacity);
                      }});
    for (const std::uint32_t percent : {50U, 90U, 100U}) {
      const std::string end = size + "_full_" + std::to_string(percent);
      const std::uint32_t entries = capacity / 100 * percent;
      micros.push_back(
          {.name = "hash_table/hit/" + end,
           .reference = standard_name(exponent),
           .units = batch,
           .make = [=] { return burst_lookups(filled_flows(capacity, percent), 0, entries); }});
      micros.push_back({.name = "hash_table/miss/" + end,
                        .reference = standard_name(exponent),
                        .units = batch,
                        .make = [=] {
                          return burst_lookups(filled_flows(capacity, percent), 1U << 22, 1U << 22);
                        }});
    }
  }
  micros.push_back({.name = "hash_table/insert_and_erase/2e16_full_50",
                    .reference = standard_name(16),
                    .units = batch,
                    .make = [] {
                      const auto table = filled_flows(1U << 16, 50);
                      const auto cursor =
                          std::make_shared<Cursor<HashedKey>>(random_keys(1U << 22, 1U << 22));
                      return Work{.run = [table, cursor] {
                        for (const HashedKey& k : cursor->next()) {
                          table->erase(k.hash, table->insert(k.hash, k.key));
                        }
                      }};
                    }});
}

// --- prefixes
// -------------------------------------------------------------------------------------

/// Disjoint IPv4 prefixes of all lengths from /16 to /32.
std::vector<PrefixMap::Entry> prefixes(std::uint32_t count) {
  std::vector<PrefixMap::Entry> entries;
  std::uint64_t next = 0x0b000000;
  for (std::uint32_t i = 0; i < count; ++i) {
    // Short ones are rare, as in a policy, and there is room for all.
    const unsigned length = i % 1000 == 0 ? 16 + i / 1000 % 8 : 24 + i % 9;
    const std::uint64_t size = std::uint64_t{1} << (32 - length);
    next = (next + size - 1) / size * size;
    entries.push_back(
        {.prefix = {.address = Address::from_ipv4(be32{static_cast<std::uint32_t>(next)}),
                    .length = static_cast<std::uint8_t>(96 + length)},
         .value = i});
    next += size;
  }
  return entries;
}

std::shared_ptr<Cursor<Address>> addresses_in(const std::vector<PrefixMap::Entry>& entries) {
  std::mt19937 random{8};
  std::vector<Address> addresses;
  for (std::size_t i = 0; i < lookups; ++i) {
    addresses.push_back(entries[random() % entries.size()].prefix.address);
  }
  return std::make_shared<Cursor<Address>>(std::move(addresses));
}

void add_prefix_map(Micros& micros) {
  for (const std::uint32_t count : {10U, 100U, 1'000U, 10'000U, 100'000U}) {
    const std::string reference = "std_map_" + std::to_string(count);
    micros.push_back({.name = reference, .units = batch, .make = [count] {
                        const auto entries = prefixes(count);
                        const auto map = std::make_shared<std::map<Address, std::uint32_t>>();
                        for (const auto& entry : entries)
                          map->emplace(entry.prefix.address, entry.value);
                        return Work{.run = [map, cursor = addresses_in(entries)] {
                          for (const Address& a : cursor->next()) keep(map->upper_bound(a));
                        }};
                      }});
    micros.push_back({.name = "prefix_map/find/" + std::to_string(count) + "_prefixes",
                      .reference = reference,
                      .units = batch,
                      .make = [count] {
                        const auto entries = prefixes(count);
                        const auto map = std::make_shared<PrefixMap>(entries);
                        return Work{.run = [map, cursor = addresses_in(entries)] {
                          const auto addresses = cursor->next();
                          std::array<std::size_t, batch> starts;
                          for (std::size_t i = 0; i < addresses.size(); ++i) {
                            starts[i] = map->start(addresses[i]);
                          }
                          for (std::size_t i = 0; i < addresses.size(); ++i) {
                            keep(map->find(addresses[i], starts[i]));
                          }
                        }};
                      }});
  }
}

// --- sources and servers
// --------------------------------------------------------------------------

std::shared_ptr<Cursor<Address>> random_addresses(std::uint32_t count) {
  std::mt19937 random{9};
  std::vector<Address> addresses;
  for (std::size_t i = 0; i < lookups; ++i) {
    addresses.push_back(address(static_cast<std::uint32_t>(random() % count)));
  }
  return std::make_shared<Cursor<Address>>(std::move(addresses));
}

void add_sources(Micros& micros) {
  micros.push_back({.name = "source_table/contains/2e16",
                    .reference = standard_name(16),
                    .units = batch,
                    .make = [] {
                      const auto table = std::make_shared<SourceTable>(sources, key);
                      for (std::uint32_t i = 0; i < sources / 2; ++i)
                        table->add(address(i), 1, 1000);
                      return Work{.run = [table, cursor = random_addresses(sources)] {
                        for (const Address& a : cursor->next()) keep(table->contains(a, 500));
                      }};
                    }});
  micros.push_back(
      {.name = "source_table/add/2e16", .reference = standard_name(16), .units = batch, .make = [] {
         const auto table = std::make_shared<SourceTable>(sources, key);
         return Work{.run = [table, cursor = random_addresses(sources / 2)] {
           for (const Address& a : cursor->next()) keep(table->add(a, 1, 1000));
         }};
       }});
  micros.push_back({.name = "backend_table/advertised/2e10",
                    .reference = standard_name(10),
                    .units = batch,
                    .make = [] {
                      constexpr std::uint32_t servers = 1U << 10;
                      const auto table = std::make_shared<BackendTable>(servers, key);
                      TcpOptions options;
                      options.mss = 1460;
                      for (std::uint32_t i = 0; i < servers / 2; ++i) {
                        table->learn(address(i), 80, 1, options, Offered{}, BackendProfile{});
                      }
                      return Work{.run = [table, cursor = random_addresses(servers)] {
                        for (const Address& a : cursor->next()) {
                          keep(table->advertised(a, 80, 2, BackendProfile{}));
                        }
                      }};
                    }});
}

}  // namespace

void add_table_micros(Micros& micros) {
  add_hash_table(micros);
  add_prefix_map(micros);
  add_sources(micros);
}

}  // namespace sekimori::bench
