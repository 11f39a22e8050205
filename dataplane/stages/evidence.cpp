#include "dataplane/stages/evidence.hpp"

#include "dataplane/state/plain_messages.hpp"

namespace sekimori {
namespace {

/// Where fewer are proved, their hashes are made one by one.
constexpr std::uint64_t worth_hashing_together = 8;

/// The place of the bit that stands for number `n` of a set.
std::size_t nth(std::uint64_t set, std::uint32_t n) {
  for (; n > 0; --n) set &= set - 1;
  return static_cast<std::size_t>(std::countr_zero(set));
}

void hash_sources(Burst& burst, const SourceLoads& loads, const SipHashBurst& hashing) {
  burst.source_messages.start(burst.frames.size());
  if (const std::uint64_t plain = burst.proved & burst.plain; plain != 0) {
    set_source_messages(burst.columns, plain, burst.source_messages);
  }
  for_each_packet(burst.proved & ~burst.plain, [&](std::size_t i) {
    burst.source_messages.set_ipv4(i, SourceLoads::message(burst.source(i)));
  });
  hashing.table_hashes(loads.key(), burst.source_messages);
}

}  // namespace

void begin_sample(Burst& burst, StageContext& context) {
  if (burst.from == Side::inside) return;
  const auto number =
      context.state.sampler.choose(static_cast<std::uint32_t>(size_of(burst.metered)), context.now);
  if (!number) return;
  const std::size_t i = nth(burst.metered, *number);
  burst.sampled = std::uint64_t{1} << i;
  context.state.sampler.begin(burst.frames[i], context.policy.object_slot(burst.object[i]),
                              context.now);
}

void finish_sample(const Burst& burst, StageContext& context) {
  for_each_packet(burst.sampled,
                  [&](std::size_t i) { context.state.sampler.finish(burst.decisions[i]); });
}

void count_sources(Burst& burst, StageContext& context) {
  SourceLoads& loads = context.state.source_loads;
  if (burst.proved == 0 || !loads.takes_burst()) return;
  const bool together = size_of(burst.proved) >= worth_hashing_together;
  if (together) hash_sources(burst, loads, context.state.hashing);
  for_each_packet(burst.proved, [&](std::size_t i) {
    const Address source = burst.source(i);
    loads.add(together ? burst.source_messages.hash(i) : loads.hash(source), source,
              context.policy.object_slot(burst.object[i]),
              {.packets = SourceLoads::one_burst_in,
               .bytes = burst.bytes_of(std::uint64_t{1} << i) * SourceLoads::one_burst_in});
  });
}

bool count_connection(const Burst& burst, StageContext& context, std::size_t i) {
  SourceLoads& loads = context.state.source_loads;
  const Address source = burst.source(i);
  return loads.add(
      loads.hash(source), source, context.policy.object_slot(burst.object[i]),
      {.packets = 1, .bytes = burst.bytes_of(std::uint64_t{1} << i), .connections = 1});
}

}  // namespace sekimori
