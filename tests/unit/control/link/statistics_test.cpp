#include "control/link/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

namespace sekimori {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

/// A dataplane's statistics, written by a process of its own: the segment of this process would not
/// count as somebody else's.
class WritingProcess {
 public:
  template <typename Write>
  WritingProcess(const std::string& instance, Write write) {
    int ready[2];
    int end[2];
    EXPECT_EQ(pipe(ready), 0);
    EXPECT_EQ(pipe(end), 0);
    child_ = fork();
    if (child_ == 0) {
      close(end[1]);
      {
        auto segment = StatsSegment::create(instance, 1, 8);
        if (!segment) _exit(1);
        write(*segment);
        char byte = 1;
        if (::write(ready[1], &byte, 1) != 1) _exit(1);
        // Returns when the parent closes its end.
        if (read(end[0], &byte, 1) != 0) _exit(1);
      }
      _exit(0);
    }
    close(end[0]);
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    end_ = end[1];
  }
  WritingProcess(const WritingProcess&) = delete;
  WritingProcess& operator=(const WritingProcess&) = delete;
  ~WritingProcess() {
    close(end_);
    int status = 0;
    waitpid(child_, &status, 0);
    EXPECT_EQ(status, 0);
  }

 private:
  pid_t child_ = -1;
  int end_ = -1;
};

class StatisticsTest : public testing::Test {
 protected:
  std::string instance_ = "link-" + std::to_string(getpid());
};

void write_two_objects(StatsSegment& segment) {
  segment.publish_name(0, "mail");
  segment.publish_name(1, "web");
  segment.meters(0)[0].of(TrafficClass::total).packets = 11;
  segment.meters(0)[1].of(TrafficClass::total).packets = 22;
  PacketSample sample;
  sample.object_slot = 1;
  sample.weight = 3;
  segment.evidence(0).add_sample(sample);
}

TEST_F(StatisticsTest, SaysThatNobodyRuns) {
  Statistics statistics{instance_};
  const DataplaneView& view = statistics.look();
  EXPECT_FALSE(view.alive);
  EXPECT_THAT(view.problem, HasSubstr("no dataplane"));
}

TEST_F(StatisticsTest, BringsObjectsIntoThePolicysOrder) {
  const WritingProcess dataplane{instance_, write_two_objects};
  Statistics statistics{instance_};
  statistics.set_objects(std::vector<std::string>{"web", "new", "mail"});
  const DataplaneView& view = statistics.look();
  ASSERT_TRUE(view.alive) << view.problem;
  ASSERT_THAT(view.objects, SizeIs(3));
  EXPECT_EQ(view.objects[0].of(TrafficClass::total).packets, 22U);
  EXPECT_EQ(view.objects[1].of(TrafficClass::total).packets, 0U)
      << "not known to the dataplane yet";
  EXPECT_EQ(view.objects[2].of(TrafficClass::total).packets, 11U);
  ASSERT_THAT(view.samples, SizeIs(1));
  EXPECT_EQ(view.samples[0].object_slot, 0U);
}

TEST_F(StatisticsTest, MarksWhatBelongsToNoObjectOfThePolicy) {
  const WritingProcess dataplane{instance_, write_two_objects};
  Statistics statistics{instance_};
  statistics.set_objects(std::vector<std::string>{"mail"});
  const DataplaneView& view = statistics.look();
  ASSERT_THAT(view.samples, SizeIs(1));
  EXPECT_EQ(view.samples[0].object_slot, no_policy_object);
}

TEST_F(StatisticsTest, ShowsEachSampleOnce) {
  const WritingProcess dataplane{instance_, write_two_objects};
  Statistics statistics{instance_};
  EXPECT_THAT(statistics.look().samples, SizeIs(1));
  EXPECT_THAT(statistics.look().samples, SizeIs(0));
}

TEST_F(StatisticsTest, FollowsAPolicyAndTheNextDataplane) {
  Statistics statistics{instance_};
  statistics.set_objects(std::vector<std::string>{"web"});
  {
    const WritingProcess first{instance_, write_two_objects};
    EXPECT_EQ(statistics.look().objects[0].of(TrafficClass::total).packets, 22U);
    statistics.set_objects(std::vector<std::string>{"mail"});
    EXPECT_EQ(statistics.look().objects[0].of(TrafficClass::total).packets, 11U);
  }
  EXPECT_FALSE(statistics.look().alive);
  const WritingProcess second{instance_, [](StatsSegment& segment) {
                                segment.publish_name(0, "mail");
                                segment.meters(0)[0].of(TrafficClass::total).packets = 5;
                              }};
  const DataplaneView& view = statistics.look();
  ASSERT_TRUE(view.alive) << view.problem;
  EXPECT_EQ(view.objects[0].of(TrafficClass::total).packets, 5U);
}

}  // namespace
}  // namespace sekimori
