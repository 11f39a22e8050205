#include "bench/memory/contents.hpp"

#include <stdexcept>
#include <unordered_map>

#include "common/clock.hpp"
#include "dataplane/state/policy_tables.hpp"
#include "dataplane/state/worker_state.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori::bench {

namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

Address address(std::size_t number) {
  return Address::from_ipv4(be32{0x0b000000U + static_cast<std::uint32_t>(number)});
}

FlowKey flow_key(std::size_t number) {
  return {.client = address(number),
          .server = Address::from_ipv4(be32{0xc000020a}),
          .client_port = 1024,
          .server_port = 80};
}

std::string numbered(std::string text, std::size_t number) {
  text += std::to_string(number);
  return text;
}

/// Entries one by one until the table is full; a key whose places are taken gives way to the next.
template <typename Enter>
void fill(std::size_t entries, Enter enter) {
  std::size_t entered = 0;
  for (std::size_t number = 0; entered < entries; ++number) {
    if (number > 2 * entries) throw std::runtime_error{"a table does not fill"};
    if (enter(number)) ++entered;
  }
}

std::shared_ptr<void> flows(std::size_t entries) {
  auto table = std::make_shared<FlowTable>(static_cast<std::uint32_t>(entries));
  fill(entries, [&](std::size_t number) {
    const FlowKey flow = flow_key(number);
    return table->insert(flow.hash(key), flow) != FlowTable::none;
  });
  return table;
}

std::shared_ptr<void> sources(std::size_t entries) {
  auto table = std::make_shared<SourceTable>(static_cast<std::uint32_t>(entries), key);
  fill(entries, [&](std::size_t number) {
    return table->add(address(number), 1, 1000) == SourceTable::Added::entered;
  });
  return table;
}

std::shared_ptr<void> backends(std::size_t entries) {
  auto table = std::make_shared<BackendTable>(static_cast<std::uint32_t>(entries), key);
  TcpOptions options;
  options.mss = 1300;
  fill(entries, [&](std::size_t number) {
    return table->learn(address(number), 80, 1, options, Offered{}, BackendProfile{});
  });
  return table;
}

template <typename Entry>
std::shared_ptr<void> pool(std::size_t entries) {
  auto places = std::make_shared<Pool<Entry>>(static_cast<std::uint32_t>(entries));
  for (std::size_t i = 0; i < entries; ++i) (*places)[places->take()] = Entry{};
  return places;
}

/// What is kept for each connection besides its key: `Flow` is both.
struct FlowValue {
  std::array<std::uint8_t, sizeof(Flow) - sizeof(FlowKey)> bytes{};
};

template <typename Key, typename Value, typename Hash>
std::shared_ptr<void> standard_table(std::size_t entries,
                                     const std::function<Key(std::size_t)>& at) {
  auto table = std::make_shared<std::unordered_map<Key, Value, Hash>>();
  table->reserve(entries);
  for (std::size_t number = 0; number < entries; ++number) table->emplace(at(number), Value{});
  return table;
}

struct FlowHash {
  std::size_t operator()(const FlowKey& flow) const { return flow.hash(key); }
};
struct AddressHash {
  std::size_t operator()(const Address& a) const {
    return siphash<1, 3>(key, std::array{a.high(), a.low()});
  }
};

test::TestPolicy policy_of(std::size_t objects) {
  test::TestPolicy policy;
  policy.global.object_capacity = static_cast<std::uint32_t>(objects);
  const test::TestObject model = policy.objects.front();
  policy.objects.clear();
  for (std::size_t i = 0; i < objects; ++i) {
    test::TestObject object = model;
    object.name = numbered("object", i);
    object.prefixes = {address(2 * i).to_string()};
    policy.objects.push_back(std::move(object));
  }
  return policy;
}

/// What all workers share of objects with one address each.
std::shared_ptr<void> policy_tables(std::size_t objects) {
  struct Shared {
    ObjectSlots slots;
    PolicyTables tables;
  };
  ObjectSlots slots{static_cast<std::uint32_t>(objects)};
  auto tables = PolicyTables::build(test::build_image(policy_of(objects)), slots);
  if (!tables) throw std::runtime_error{tables.error()};
  return std::make_shared<Shared>(Shared{std::move(slots), std::move(*tables)});
}

/// A worker with so many objects and hardly anything in its other tables.
std::shared_ptr<void> worker(std::size_t objects) {
  struct Worker {
    CookieKeys keys;
    WorkerStats stats;
    std::vector<ObjectMeters> meters;
    WorkerEvidence evidence;
    std::unique_ptr<WorkerState> state;
  };
  auto made = std::make_shared<Worker>();
  made->meters.resize(objects);
  GlobalRecord small = test::ordinary_global();
  small.flow_capacity = small.handshake_capacity = small.hold_capacity = small.source_capacity =
      small.backend_capacity = 16;
  made->state = std::make_unique<WorkerState>(small, 1, MasterSecret::from_seed(1), made->keys,
                                              made->stats, made->meters, made->evidence);
  return made;
}

Content flow_content(std::string name, std::size_t entries) {
  return {
      .name = std::move(name),
      .entries = entries,
      .make = [entries] { return flows(entries); },
      .kernel_caches = {"nf_conntrack"},
      .kernel_thing = "nf_conntrack entry",
      .make_standard =
          [entries] { return standard_table<FlowKey, FlowValue, FlowHash>(entries, flow_key); }};
}

void add_flows(std::vector<Content>& contents, std::size_t memory_bytes) {
  for (const unsigned exponent : {12U, 16U, 20U}) {
    contents.push_back(flow_content(numbered("flow/2e", exponent), std::size_t{1} << exponent));
  }
  constexpr std::size_t many = 10'000'000;
  constexpr std::size_t generous_bytes_per_flow = 256;
  if (memory_bytes > many * generous_bytes_per_flow) {
    contents.push_back(flow_content("flow/10_million", many));
  }
}

void add_other_tables(std::vector<Content>& contents) {
  for (const unsigned exponent : {12U, 16U}) {
    const std::size_t entries = std::size_t{1} << exponent;
    const std::string size = numbered("/2e", exponent);
    contents.push_back({.name = "authenticated_source" + size,
                        .entries = entries,
                        .make = [entries] { return sources(entries); },
                        .make_standard =
                            [entries] {
                              return standard_table<Address, std::uint32_t, AddressHash>(entries,
                                                                                         address);
                            }});
    contents.push_back(
        {.name = "learned_backend" + size,
         .entries = entries,
         .make = [entries] { return backends(entries); },
         .make_standard =
             [entries] {
               return standard_table<Address, std::array<std::uint64_t, 3>, AddressHash>(entries,
                                                                                         address);
             }});
    contents.push_back({.name = "handshake" + size,
                        .entries = entries,
                        .make = [entries] { return pool<Handshake>(entries); },
                        .kernel_caches = {"request_sock_TCP"},
                        .kernel_thing = "request_sock of a half-open connection"});
    contents.push_back({.name = "held_segment" + size,
                        .entries = entries,
                        .make = [entries] { return pool<HeldSegment>(entries); },
                        .kernel_caches = {"skbuff_head_cache", "kmalloc-2k"},
                        .kernel_thing = "sk_buff with a full-size frame"});
  }
}

void add_objects(std::vector<Content>& contents) {
  for (const std::size_t objects : {std::size_t{1000}, std::size_t{10'000}}) {
    const std::string size = numbered("/", objects);
    contents.push_back({.name = "object_in_each_worker" + size,
                        .entries = objects,
                        .make = [objects] { return worker(objects); },
                        .make_without = [] { return worker(1); }});
    contents.push_back({.name = "object_once" + size,
                        .entries = objects,
                        .make = [objects] { return policy_tables(objects); },
                        .make_without = [] { return policy_tables(1); }});
  }
  contents.push_back(
      {.name = "worker_with_empty_tables", .entries = 1, .make = [] { return worker(1); }});
}

}  // namespace

std::vector<Content> all_contents(std::size_t memory_bytes) {
  std::vector<Content> contents;
  add_flows(contents, memory_bytes);
  add_other_tables(contents);
  add_objects(contents);
  return contents;
}

}  // namespace sekimori::bench
