#include "hw/sim/virtual_card/policy_follower.hpp"

#include "common/policy_source.hpp"
#include "common/stats_json.hpp"
#include "common/stats_segment.hpp"

namespace sekimori {

std::optional<std::uint64_t> PolicyFollower::policy_in_force() const {
  const auto statistics = StatsReader::open(instance_);
  if (!statistics || !statistics->writer_alive()) return std::nullopt;
  return statistics->snapshot().policy_id;
}

bool PolicyFollower::load(std::uint64_t policy_id) {
  const std::string wanted = policy_id_text(policy_id);
  const auto image = load_policy(path_);
  if (!image || image->id() != wanted) {
    log_("answers nothing: " + path_ + " does not hold policy " + wanted +
         ", which the dataplane has in force");
    return false;
  }
  if (const auto loaded = card_.load(*image); !loaded) {
    log_("answers nothing: policy " + wanted + ": " + loaded.error());
    return false;
  }
  log_("answers by policy " + wanted);
  return true;
}

void PolicyFollower::look() {
  const auto now = policy_in_force();
  if (now == followed_) return;
  followed_ = now;
  if (now) return card_.answer(load(*now));
  card_.answer(false);
  log_("answers nothing: no dataplane named " + instance_ + " runs");
}

}  // namespace sekimori
