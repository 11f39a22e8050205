#include "dataplane/dpdk/front_card.hpp"

#include "dataplane/dpdk/log.hpp"
#include "hw/host/open_registers.hpp"

namespace sekimori {

tl::expected<FrontCard, Failure> FrontCard::open(const Options& options, const PortSpec& outside,
                                                 const MasterSecret& secret) {
  if (!options.card) return FrontCard{outside, nullptr};
  const CardChoice choice{.place = *options.card, .device = options.card_device};
  auto link = CardLink::start([choice] { return open_syn_cookie_registers(choice); },
                              secret.flow_key(), log);
  if (!link) return refused("--card: " + link.error());
  return FrontCard{outside, std::move(*link)};
}

void FrontCard::follow(PolicyKeeper& policy) {
  if (!link_ || followed_ == policy.changes()) return;
  followed_ = policy.changes();
  link_->follow(policy.generations().current().image(), policy.measures().measures());
}

void FrontCard::refresh(const CookieKeys& keys, const Now& now, StatsSegment& segment,
                        unsigned workers) {
  const auto all = [&](Counter counter) {
    std::uint64_t sum = 0;
    for (unsigned w = 0; w < workers; ++w) sum += segment.worker(w).read(counter);
    return sum;
  };
  StatsHeader& header = segment.header();
  if (const auto change = watch_.look(all(Counter::card_marked), all(Counter::card_unmarked))) {
    log(port_ + ": " + std::string{*change});
  }
  set(header.card_state, static_cast<std::uint64_t>(watch_.state()));
  if (!link_) return;
  link_->refresh(keys.around(now.unix_s()));
  set(header.card_policy_id, link_->answers_by().value_or(0));
}

}  // namespace sekimori
