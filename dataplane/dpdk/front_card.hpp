#pragma once

#include <memory>
#include <tl/expected.hpp>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/card_watch.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/options.hpp"
#include "dataplane/dpdk/policy_keeper.hpp"
#include "dataplane/dpdk/port_spec.hpp"
#include "hw/host/card_link.hpp"

namespace sekimori {

/// The card in front of the outside port, as the main thread looks after it; without one it has
/// nothing to do.
class FrontCard {
 public:
  /// Opens the card that `options` name, if they name one.
  static tl::expected<FrontCard, Failure> open(const Options& options, const PortSpec& outside,
                                               const MasterSecret& secret);

  /// Has the card do what is in force, if that has changed.
  void follow(PolicyKeeper& policy);
  /// Gives the card what is due, and tells the operator, and shows in the statistics, when it
  /// begins to work or fails. To be called every second.
  void refresh(const CookieKeys& keys, const Now& now, StatsSegment& segment, unsigned workers);

 private:
  FrontCard(const PortSpec& outside, std::unique_ptr<CardLink> link)
      : port_(outside.flag()), watch_(outside.card), link_(std::move(link)) {}

  std::string port_;
  CardWatch watch_;
  std::unique_ptr<CardLink> link_;  ///< none when somebody else keeps the card
  std::uint64_t followed_ = 0;      ///< of the policy keeper's changes
};

}  // namespace sekimori
