#include "common/stats_segment.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <thread>

namespace sekimori {
namespace {

using testing::HasSubstr;

/// An instance name that no other test and no dataplane uses.
std::string instance_name() {
  return "test-" + std::to_string(getpid());
}

std::string shm_name() {
  return "/sekimori-" + instance_name();
}

bool exists() {
  struct stat status {};
  return stat(("/dev/shm" + shm_name()).c_str(), &status) == 0;
}

/// Overwrites bytes of the segment behind the back of its owner.
void corrupt(std::size_t offset, const void* bytes, std::size_t size) {
  const int file = shm_open(shm_name().c_str(), O_RDWR, 0);
  ASSERT_GE(file, 0);
  EXPECT_EQ(pwrite(file, bytes, size, static_cast<off_t>(offset)), static_cast<ssize_t>(size));
  close(file);
}

void resize(std::size_t size) {
  ASSERT_EQ(truncate(("/dev/shm" + shm_name()).c_str(), static_cast<off_t>(size)), 0);
}

TEST(StatsSegment, TakesInstanceNamesOfPlainCharactersOnly) {
  for (const std::string name : {"", "a/b", "..", "a b", "a.b", "ä"}) {
    EXPECT_THAT(StatsSegment::create(name, 1, 1).error(), HasSubstr("instance name")) << name;
    EXPECT_THAT(StatsReader::open(name).error(), HasSubstr("instance name")) << name;
  }
  EXPECT_FALSE(StatsSegment::create(std::string(65, 'a'), 1, 1).has_value());
}

TEST(StatsSegment, RefusesImpossibleSizes) {
  EXPECT_FALSE(StatsSegment::create(instance_name(), 0, 1).has_value());
  EXPECT_FALSE(StatsSegment::create(instance_name(), stats_max_workers + 1, 1).has_value());
  EXPECT_FALSE(StatsSegment::create(instance_name(), 1, PolicyBounds::max_objects + 1).has_value());
  EXPECT_FALSE(exists());
}

TEST(StatsSegment, BelongsToItsOwnerAndIsRemovedAtTheEnd) {
  {
    const auto segment = StatsSegment::create(instance_name(), 1, 1);
    ASSERT_TRUE(segment.has_value()) << segment.error();
    struct stat status {};
    ASSERT_EQ(stat(("/dev/shm" + shm_name()).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
  }
  EXPECT_FALSE(exists());
}

/// What a process of another user finds: 0 when it can read the segment but not write it.
int look_as_nobody(const std::string& instance, const std::string& shm_name) {
  constexpr unsigned nobody = 65'534;
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0) _exit(3);
    if (shm_open(shm_name.c_str(), O_RDWR, 0) >= 0) _exit(2);
    const auto reader = StatsReader::open(instance);
    _exit(reader && reader->writer_alive() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StatsSegment, LetsAGroupRead) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files to other groups";
  auto segment = StatsSegment::create(instance_name(), 1, 1);
  ASSERT_TRUE(segment.has_value()) << segment.error();
  EXPECT_EQ(look_as_nobody(instance_name(), shm_name()), 1);
  ASSERT_TRUE(segment->let_read(65'534).has_value());
  EXPECT_EQ(look_as_nobody(instance_name(), shm_name()), 0);
  struct stat status {};
  ASSERT_EQ(stat(("/dev/shm" + shm_name()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST(StatsSegment, SurvivesAMove) {
  auto first = StatsSegment::create(instance_name(), 1, 1);
  ASSERT_TRUE(first.has_value());
  {
    const StatsSegment moved = std::move(*first);
    EXPECT_TRUE(exists());
  }
  EXPECT_FALSE(exists());
}

TEST(StatsSegment, RefusesASecondOwner) {
  const auto first = StatsSegment::create(instance_name(), 1, 1);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(StatsSegment::create(instance_name(), 1, 1).error(),
              HasSubstr("a running dataplane uses it"));
  EXPECT_TRUE(StatsReader::open(instance_name())->writer_alive());
}

TEST(StatsSegment, ReplacesWhatADeadProcessLeft) {
  const std::string name = instance_name() + "-left";
  const pid_t child = fork();
  if (child == 0) {
    const auto left = StatsSegment::create(name, 3, 1);
    _exit(left.has_value() ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  // A reader that has the old segment open keeps it.
  const auto reader = StatsReader::open(name);
  ASSERT_TRUE(reader.has_value()) << reader.error();
  EXPECT_FALSE(reader->writer_alive());

  const auto segment = StatsSegment::create(name, 1, 1);
  ASSERT_TRUE(segment.has_value()) << segment.error();
  EXPECT_EQ(reader->snapshot().workers.size(), 3U);
  EXPECT_EQ(StatsReader::open(name)->snapshot().workers.size(), 1U);
}

TEST(StatsSegment, ReplacesAFileThatIsNoSegment) {
  const int file = shm_open(shm_name().c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_GE(file, 0);
  close(file);
  EXPECT_TRUE(StatsSegment::create(instance_name(), 1, 1).has_value());
}

TEST(StatsReader, SeesWhatWasWritten) {
  auto segment = StatsSegment::create(instance_name(), 2, 4);
  ASSERT_TRUE(segment.has_value());
  set(segment->header().heartbeat_unix_ns, 11);
  set(segment->header().policy_generation, 12);
  set(segment->header().policy_id, 13);
  set(segment->header().inside_link_up, 1);
  set(segment->header().card_state, static_cast<std::uint64_t>(CardState::working));
  set(segment->header().card_policy_id, 18);
  set(segment->header().measures_revision, 14);
  set(segment->header().measures_in_force, 15);
  set(segment->header().management_heartbeat_unix_ns, 16);
  set(segment->header().cookie_keys_own, 17);
  for (const std::uint32_t w : {0U, 1U}) {
    WorkerStats& worker = segment->worker(w);
    set(worker.heartbeat_ns, 100 + w);
    set(worker.transmit_lost_packets, 1 + w);
    add(worker.verdicts[static_cast<std::size_t>(Verdict::reply)], 10 * (w + 1));
    add(worker.drops[static_cast<std::size_t>(DropReason::land)], 5);
    worker.count(Counter::syn_received, 7);
    worker.gauge(Counter::flows, 20 + w);
    ObjectMeters& meters = segment->meters(w)[1];
    set(meters.received[2].packets, 30 + w);
    set(meters.from_inside_bytes, 40);
    set(meters.rst_received, 41);
    set(meters.fin_received, 42);
    set(meters.dns_queries, 43);
    set(meters.new_sources, 44);
    set(meters.passed_packets, 45);
    set(meters.passed_bytes, 46);
  }
  segment->publish_name(0, "web");
  segment->publish_name(1, std::string(PolicyBounds::max_name_length, 'n'));

  const auto reader = StatsReader::open(instance_name());
  ASSERT_TRUE(reader.has_value()) << reader.error();
  const StatsSnapshot snapshot = reader->snapshot();
  EXPECT_EQ(snapshot.process_id, static_cast<std::uint64_t>(getpid()));
  EXPECT_GT(snapshot.started_unix_ns, 0U);
  EXPECT_EQ(snapshot.heartbeat_unix_ns, 11U);
  EXPECT_EQ(snapshot.policy_generation, 12U);
  EXPECT_EQ(snapshot.policy_id, 13U);
  EXPECT_FALSE(snapshot.outside_link_up);
  EXPECT_TRUE(snapshot.inside_link_up);
  EXPECT_EQ(snapshot.card_state, CardState::working);
  EXPECT_EQ(snapshot.card_policy_id, 18U);
  EXPECT_EQ(snapshot.measures_revision, 14U);
  EXPECT_EQ(snapshot.measures_in_force, 15U);
  EXPECT_EQ(snapshot.management_heartbeat_unix_ns, 16U);
  EXPECT_EQ(snapshot.cookie_keys_own, 17U);
  ASSERT_EQ(snapshot.workers.size(), 2U);
  EXPECT_EQ(snapshot.workers[1].heartbeat_ns, 101U);
  ASSERT_EQ(snapshot.objects.size(), 2U);
  EXPECT_EQ(snapshot.objects[0].name, "web");
  EXPECT_EQ(snapshot.objects[1].name.size(), PolicyBounds::max_name_length);
  EXPECT_EQ(snapshot.objects[0].meters.received[2].packets, 0U);
  EXPECT_EQ(snapshot.objects[1].meters.received[2].packets, 61U);
  const ObjectMeters& meters = snapshot.objects[1].meters;
  EXPECT_EQ(meters.from_inside_bytes, 80U);
  EXPECT_EQ(meters.rst_received, 82U);
  EXPECT_EQ(meters.fin_received, 84U);
  EXPECT_EQ(meters.dns_queries, 86U);
  EXPECT_EQ(meters.new_sources, 88U);
  EXPECT_EQ(meters.passed_packets, 90U);
  EXPECT_EQ(meters.passed_bytes, 92U);

  const WorkerStats total = snapshot.total();
  EXPECT_EQ(total.heartbeat_ns, 100U);
  EXPECT_EQ(total.transmit_lost_packets, 3U);
  EXPECT_EQ(total.verdicts[static_cast<std::size_t>(Verdict::reply)], 30U);
  EXPECT_EQ(total.drops[static_cast<std::size_t>(DropReason::land)], 10U);
  EXPECT_EQ(total.counters[static_cast<std::size_t>(Counter::syn_received)], 14U);
  EXPECT_EQ(total.counters[static_cast<std::size_t>(Counter::flows)], 41U);
}

TEST(StatsReader, UsesTheMemoryOfASnapshotAgain) {
  const auto object_names = [](const StatsSnapshot& snapshot) {
    std::vector<std::string> names;
    for (const auto& object : snapshot.objects) names.push_back(object.name);
    return names;
  };
  using Names = std::vector<std::string>;
  auto segment = StatsSegment::create(instance_name(), 1, 4);
  ASSERT_TRUE(segment.has_value());
  segment->publish_name(0, "web");
  set(segment->meters(0)[0].syn_received, 5);
  StatsSnapshot snapshot;
  const auto reader = StatsReader::open(instance_name());
  ASSERT_TRUE(reader.has_value());
  reader->snapshot_into(snapshot);
  EXPECT_EQ(object_names(snapshot), Names{"web"});
  segment->publish_name(1, "mail");
  set(segment->meters(0)[0].syn_received, 6);
  reader->snapshot_into(snapshot);
  EXPECT_EQ(object_names(snapshot), (Names{"web", "mail"}));
  EXPECT_EQ(snapshot.objects[0].meters.syn_received, 6U);
  EXPECT_EQ(snapshot.total().verdicts, reader->snapshot().total().verdicts);

  // Another dataplane may give the same slots other names.
  const std::string other_name = instance_name() + "-other";
  auto other = StatsSegment::create(other_name, 2, 4);
  ASSERT_TRUE(other.has_value());
  other->publish_name(0, "shop");
  StatsReader::open(other_name)->snapshot_into(snapshot);
  EXPECT_EQ(object_names(snapshot), Names{"shop"});
  EXPECT_EQ(snapshot.objects[0].meters.syn_received, 0U);
  EXPECT_EQ(snapshot.workers.size(), 2U);
}

TEST(StatsReader, SaysThatNothingRuns) {
  EXPECT_THAT(StatsReader::open(instance_name()).error(),
              HasSubstr("no dataplane with this instance name is running"));
}

TEST(StatsReader, RefusesEveryHeaderThatIsNotThisBuilds) {
  struct Case {
    std::string_view field;
    std::size_t offset;
    std::size_t bytes;
  };
  const std::array cases{
      Case{"magic", offsetof(StatsHeader, magic), 8},
      Case{"layout_version", offsetof(StatsHeader, layout_version), 4},
      Case{"worker_count", offsetof(StatsHeader, worker_count), 4},
      Case{"verdict_count", offsetof(StatsHeader, verdict_count), 4},
      Case{"drop_reason_count", offsetof(StatsHeader, drop_reason_count), 4},
      Case{"counter_count", offsetof(StatsHeader, counter_count), 4},
      Case{"object_capacity", offsetof(StatsHeader, object_capacity), 4},
      Case{"segment_bytes", offsetof(StatsHeader, segment_bytes), 8},
      Case{"workers_offset", offsetof(StatsHeader, workers_offset), 8},
      Case{"meters_offset", offsetof(StatsHeader, meters_offset), 8},
      Case{"evidence_offset", offsetof(StatsHeader, evidence_offset), 8},
      Case{"names_offset", offsetof(StatsHeader, names_offset), 8},
  };
  for (const Case& c : cases) {
    for (const int value : {0, 1, 3, 0xff}) {
      const auto segment = StatsSegment::create(instance_name(), 2, 4);
      ASSERT_TRUE(segment.has_value());
      std::array<std::uint8_t, 8> wrong{};
      wrong.fill(static_cast<std::uint8_t>(value));
      corrupt(c.offset, wrong.data(), c.bytes);
      EXPECT_FALSE(StatsReader::open(instance_name()).has_value()) << c.field << " " << value;
    }
  }
}

TEST(StatsReader, RefusesAFileOfAnotherSize) {
  const std::size_t whole = StatsLayout{2, 4}.segment_bytes();
  for (const std::size_t size :
       {std::size_t{0}, sizeof(StatsHeader) - 1, sizeof(StatsHeader), whole - 1, whole + 1}) {
    const auto segment = StatsSegment::create(instance_name(), 2, 4);
    ASSERT_TRUE(segment.has_value());
    resize(size);
    EXPECT_FALSE(StatsReader::open(instance_name()).has_value()) << size;
    resize(whole);
  }
}

TEST(StatsReader, DoesNotBelieveMoreObjectsThanThereIsRoomFor) {
  auto segment = StatsSegment::create(instance_name(), 1, 2);
  ASSERT_TRUE(segment.has_value());
  set(segment->header().object_count, 1'000'000);
  EXPECT_EQ(StatsReader::open(instance_name())->snapshot().objects.size(), 2U);
}

TEST(StatsReader, ReadsWhileAWorkerWrites) {
  auto segment = StatsSegment::create(instance_name(), 1, 1);
  ASSERT_TRUE(segment.has_value());
  constexpr std::uint64_t packets = 200'000;
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < packets; ++i) segment->worker(0).count(Counter::syn_received);
    segment->publish_name(0, "web");
  }};
  const auto reader = StatsReader::open(instance_name());
  ASSERT_TRUE(reader.has_value());
  std::uint64_t last = 0;
  StatsSnapshot snapshot;
  do {
    snapshot = reader->snapshot();
    const std::uint64_t now =
        snapshot.total().counters[static_cast<std::size_t>(Counter::syn_received)];
    EXPECT_GE(now, last);
    last = now;
  } while (snapshot.objects.empty());
  writer.join();
  EXPECT_EQ(snapshot.objects[0].name, "web");
  EXPECT_EQ(reader->snapshot().total().counters[static_cast<std::size_t>(Counter::syn_received)],
            packets);
}

}  // namespace
}  // namespace sekimori
