// A day of a site of some hundred objects, with its rhythm, its noise and a few attacks, on a clock
// of its own: every attack is found, none is invented, and nobody else is touched.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {
namespace {

struct Attack {
  double at_h = 0;
  std::uint64_t ms = 0;
  std::vector<Stream> streams;
  Subject subject;
  IncidentKind kind{};
  std::set<std::string> objects;  ///< that may be touched
};

Attack on_object(double at_h, std::size_t object, std::vector<Stream> streams, IncidentKind kind) {
  const std::string name = std::string{"o"}.append(std::to_string(object));
  Attack attack;
  attack.at_h = at_h;
  attack.ms = 180'000;
  for (Stream& stream : streams) stream.object = object;
  attack.streams = std::move(streams);
  attack.subject = {.level = Level::object, .name = name};
  attack.kind = kind;
  attack.objects = {name};
  return attack;
}

Attack carpet(double at_h, std::size_t first, std::size_t count) {
  Attack attack;
  attack.at_h = at_h;
  attack.ms = 180'000;
  attack.subject = {.level = Level::prefix, .name = "192.0.3.0/24"};
  attack.kind = IncidentKind::carpet_bombing;
  for (std::size_t i = first; i < first + count; ++i) {
    attack.streams.push_back({.object = i, .traffic = Traffic::syn, .packets_per_s = 750});
    attack.objects.insert(std::string{"o"}.append(std::to_string(i)));
  }
  return attack;
}

std::vector<Attack> attacks_of_the_day() {
  return {
      on_object(3, 17, {{.traffic = Traffic::syn, .packets_per_s = 20'000}},
                IncidentKind::syn_flood_spoofed),
      on_object(9, 120, {{.traffic = Traffic::udp, .packets_per_s = 15'000, .bytes = 1'200}},
                IncidentKind::udp_flood),
      on_object(13, 64,
                {{.traffic = Traffic::syn, .packets_per_s = 3'000, .sources = 15},
                 {.traffic = Traffic::segments, .packets_per_s = 9'000, .sources = 15}},
                IncidentKind::connection_flood),
      carpet(18, 50, 40),
      on_object(22, 17,
                {{.traffic = Traffic::amplified_ntp, .packets_per_s = 40'000, .bytes = 480}},
                IncidentKind::amplification),
  };
}

/// Runs the day and checks after every step that only those are touched that may be.
class Day {
 public:
  Day() : bed_{policy()} { bed_.site.usual_load(20); }

  void quiet_until(double hour) {
    while (hours() < hour) step(4'000, {});
  }
  void attack(const Attack& attack) {
    quiet_until(attack.at_h);
    const std::size_t before = bed_.handed_out.size();
    std::vector<std::uint64_t> streams;
    for (const Stream& stream : attack.streams) streams.push_back(bed_.site.add(stream));
    const std::uint64_t begin_ms = bed_.site.ms();
    while (bed_.handed_out.size() == before && bed_.site.ms() - begin_ms < 5'000) {
      step(100, attack.objects);
    }
    EXPECT_LE(bed_.site.ms() - begin_ms, 3'000U);
    while (bed_.site.ms() - begin_ms < attack.ms) step(100, attack.objects);
    for (const std::uint64_t stream : streams) bed_.site.remove(stream);
    for (int i = 0; i < 375; ++i) step(4'000, attack.objects);
    EXPECT_TRUE(bed_.watch.open_incidents().empty());
    EXPECT_TRUE(bed_.measures.empty());
  }
  [[nodiscard]] const std::map<std::uint64_t, Incident>& incidents() const {
    return bed_.handed_out;
  }

 private:
  static Policy policy() {
    Policy policy = SiteModel::policy(200);
    // A part authenticates all day, another when the ladder says so.
    for (std::size_t i = 60; i < 70; ++i) policy.objects[i].syn = SynMode::proxy;
    return policy;
  }

  [[nodiscard]] double hours() const {
    return static_cast<double>(bed_.site.ms() - 1'000'000) / 3'600'000;
  }
  void step(std::uint64_t ms, const std::set<std::string>& may_be_touched) {
    // From a third of the mean load at 4 o'clock to five thirds at 16.
    bed_.site.rhythm = 1 - 2.0 / 3 * std::cos((hours() - 4) / 12 * std::numbers::pi);
    bed_.site.samples_per_s = ms == 100 ? 2'000 : 20;
    bed_.step(ms);
    for (const Measure& measure : bed_.measures) {
      ASSERT_TRUE(may_be_touched.contains(measure.object)) << measure.object;
    }
  }

  WatchBed bed_;
};

TEST(Day, EveryAttackIsFoundNoneIsInventedAndNobodyElseIsTouched) {
  Day day;
  const std::vector<Attack> attacks = attacks_of_the_day();
  for (const Attack& attack : attacks) {
    SCOPED_TRACE(attack.subject.name);
    day.attack(attack);
  }
  day.quiet_until(24);
  ASSERT_EQ(day.incidents().size(), attacks.size());
  auto attack = attacks.begin();
  for (const auto& [id, incident] : day.incidents()) {
    SCOPED_TRACE(incident.subject.name);
    EXPECT_EQ(incident.subject, attack->subject);
    EXPECT_EQ(incident.diagnosis.kind, attack->kind);
    EXPECT_TRUE(incident.ended_ms.has_value());
    EXPECT_GE(incident.unaffected_count, 200 - 51U);
    ++attack;
  }
}

}  // namespace
}  // namespace sekimori::test
