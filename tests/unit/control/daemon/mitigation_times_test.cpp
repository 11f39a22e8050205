#include "control/daemon/mitigation_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekimori {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Incident decided(std::uint64_t id) {
  Incident incident;
  incident.id = id;
  incident.mitigated_ms = 1'000;  // as the watch says, when it decides
  return incident;
}

TEST(MitigationTimes, AreUnknownUntilTheDataplaneHasTheMeasures) {
  MitigationTimes times;
  Incident incident = decided(7);
  times.apply(incident, 20);
  EXPECT_EQ(incident.mitigated_ms, std::nullopt);
  EXPECT_THAT(times.confirm(19, 1'100), IsEmpty());
  EXPECT_THAT(times.confirm(20, 1'200), ElementsAre(7));
  incident = decided(7);
  times.apply(incident, 25);
  EXPECT_EQ(incident.mitigated_ms, 1'200);
}

TEST(MitigationTimes, AreToldOnce) {
  MitigationTimes times;
  Incident incident = decided(7);
  times.apply(incident, 20);
  EXPECT_THAT(times.confirm(20, 1'200), ElementsAre(7));
  EXPECT_THAT(times.confirm(21, 1'300), IsEmpty());
}

TEST(MitigationTimes, StayUnknownWithoutAMeasure) {
  MitigationTimes times;
  Incident incident;
  incident.id = 7;
  times.apply(incident, 20);
  EXPECT_EQ(incident.mitigated_ms, std::nullopt);
  EXPECT_THAT(times.confirm(20, 1'200), IsEmpty());
}

TEST(MitigationTimes, OutliveARestart) {
  MitigationTimes times;
  Incident recorded = decided(7);
  recorded.mitigated_ms = 900;
  times.remember(recorded);
  EXPECT_THAT(times.confirm(30, 2'000), IsEmpty());
  Incident incident = decided(7);
  times.apply(incident, 30);
  EXPECT_EQ(incident.mitigated_ms, 900);
}

}  // namespace
}  // namespace sekimori
