#include <gtest/gtest.h>

#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {

WatchBed::WatchBed(Policy of_site, std::uint32_t seed)
    : policy(std::make_shared<const Policy>(std::move(of_site))),
      site(policy, seed),
      watch(policy, {}, {}) {}

void WatchBed::step(std::uint64_t ms) {
  last = watch.step(site.observe(ms));
  for (const Incident& incident : last.incidents) handed_out[incident.id] = incident;
  if (!last.measures_changed) return;
  measures = last.measures;
  site.put_in_force(measures);
}

void WatchBed::run(double seconds, std::uint64_t ms) {
  for (std::uint64_t passed = 0; static_cast<double>(passed) < seconds * 1'000; passed += ms) {
    step(ms);
  }
}

Incident WatchBed::only_incident() const {
  EXPECT_EQ(handed_out.size(), 1U);
  return handed_out.size() == 1 ? handed_out.begin()->second : Incident{};
}

std::string text_of(const std::vector<Measure>& measures) {
  std::string text;
  for (const Measure& measure : measures) {
    if (!text.empty()) text += ", ";
    text += measure.object;
    if (std::holds_alternative<AuthenticateSources>(measure.kind)) text += " authenticate";
    if (const auto* block = std::get_if<BlockSources>(&measure.kind)) {
      text += " block " + std::to_string(block->sources.size());
    }
    if (const auto* limit = std::get_if<LimitTraffic>(&measure.kind)) {
      text += " limit " + std::to_string(limit->packets_per_s);
    }
    if (const auto* limit = std::get_if<LimitConnections>(&measure.kind)) {
      text += " connections " + std::to_string(limit->per_s);
    }
    if (const auto* given_up = std::get_if<GiveUpDestination>(&measure.kind)) {
      text += " give up " + given_up->destination.to_string();
    }
  }
  return text;
}

}  // namespace sekimori::test
