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

/// How many SYNs the card has answered, by the reports that are in the burst.
std::uint32_t reported_syns(const Burst& burst) {
  std::uint32_t syns = 0;
  for_each_packet(burst.reported, [&](std::size_t i) { syns += burst.marks->mark[i].syns; });
  return syns;
}

/// The report that stands for number `n` of the SYNs that the card has answered.
std::size_t report_of(const Burst& burst, std::uint32_t n) {
  std::uint64_t set = burst.reported;
  for (;; set &= set - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(set));
    const std::uint32_t syns = burst.marks->mark[i].syns;
    if (n < syns) return i;
    n -= syns;
  }
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
  const auto metered = static_cast<std::uint32_t>(size_of(burst.metered));
  const auto number = context.state.sampler.choose(metered + reported_syns(burst), context.now);
  if (!number) return;
  const std::size_t i =
      *number < metered ? nth(burst.metered, *number) : report_of(burst, *number - metered);
  burst.sampled = std::uint64_t{1} << i;
  context.state.sampler.begin(burst.frames[i], context.policy.object_slot(burst.object[i]),
                              context.now);
}

void finish_sample(const Burst& burst, StageContext& context) {
  constexpr Decision answered{.verdict = Verdict::reply, .reason = {}};
  for_each_packet(burst.sampled, [&](std::size_t i) {
    const bool by_card = (burst.reported >> i & 1) != 0;
    context.state.sampler.finish(by_card ? answered : burst.decisions[i]);
  });
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
