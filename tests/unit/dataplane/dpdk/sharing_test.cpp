// What one thread writes for every packet lies in no cache line that another thread uses: a line
// that two CPUs write goes to and fro between them, which costs more than the packet does.

#include <gtest/gtest.h>
#include <rte_eal.h>
#include <rte_ring.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/policy_generations.hpp"
#include "dataplane/dpdk/spreader.hpp"
#include "dataplane/dpdk/worker.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori {
namespace {

constexpr std::uintptr_t line_bytes = 64;
constexpr unsigned workers = 3;

/// Memory that one thread writes while packets flow.
struct Written {
  std::string what;
  unsigned thread;  ///< the worker's number; the main thread has the next one
  std::uintptr_t first_line;
  std::uintptr_t last_line;
};

constexpr unsigned main_thread = workers;

template <typename Object>
Written written(std::string what, unsigned thread, std::span<const Object> objects) {
  const auto begin = reinterpret_cast<std::uintptr_t>(objects.data());
  return {.what = std::move(what),
          .thread = thread,
          .first_line = begin / line_bytes,
          .last_line = (begin + objects.size_bytes() - 1) / line_bytes};
}

template <typename Object>
Written written(std::string what, unsigned thread, const Object& object) {
  return written(std::move(what), thread, std::span{&object, 1});
}

void expect_disjoint(const std::vector<Written>& all) {
  for (const Written& a : all) {
    for (const Written& b : all) {
      if (a.thread == b.thread) continue;
      EXPECT_FALSE(a.first_line <= b.last_line && b.first_line <= a.last_line)
          << a.what << " of thread " << a.thread << " and " << b.what << " of thread " << b.thread
          << " share a cache line";
    }
  }
}

/// Two numbers of objects: with an odd one the parts of the segment end within a line if they can.
class Sharing : public testing::TestWithParam<std::uint32_t> {
 protected:
  StatsSegment segment() const {
    auto made = StatsSegment::create("sharing-" + std::to_string(getpid()), workers, GetParam());
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
};

TEST_P(Sharing, StatisticsOfDifferentWritersLieApart) {
  StatsSegment statistics = segment();
  std::vector<Written> all{written("the header", main_thread, statistics.header())};
  for (unsigned w = 0; w < workers; ++w) {
    all.push_back(written("WorkerStats", w, statistics.worker(w)));
    all.push_back(written<ObjectMeters>("ObjectMeters", w, statistics.meters(w)));
    all.push_back(written("WorkerEvidence", w, statistics.evidence(w)));
  }
  expect_disjoint(all);
}

TEST_P(Sharing, WorkersLieApart) {
  StatsSegment statistics = segment();
  test::TestPolicy policy;
  policy.global.object_capacity = GetParam();
  const MasterSecret secret = MasterSecret::from_seed(1);
  const CookieKeys keys;
  // As the dataplane makes them.
  std::vector<std::unique_ptr<Pipeline>> pipelines;
  std::vector<Worker> all_workers;
  std::vector<Written> all;
  for (unsigned w = 0; w < workers; ++w) {
    pipelines.push_back(std::make_unique<Pipeline>(policy.global, workers, secret, keys,
                                                   statistics.worker(w), statistics.meters(w),
                                                   statistics.evidence(w)));
    all_workers.emplace_back(WorkerWiring{.index = w,
                                          .ports = {},
                                          .pipeline = pipelines.back().get(),
                                          .stats = &statistics.worker(w)});
  }
  for (unsigned w = 0; w < workers; ++w) {
    all.push_back(written("Pipeline", w, *pipelines[w]));
    all.push_back(written("Worker", w, all_workers[w]));
  }
  expect_disjoint(all);
}

TEST_P(Sharing, TablesLieApart) {
  StatsSegment statistics = segment();
  test::TestPolicy policy;
  policy.global.object_capacity = GetParam();
  const MasterSecret secret = MasterSecret::from_seed(1);
  const CookieKeys keys;
  std::vector<std::unique_ptr<WorkerState>> states;
  std::vector<Written> all;
  for (unsigned w = 0; w < workers; ++w) {
    states.push_back(std::make_unique<WorkerState>(policy.global, workers, secret, keys,
                                                   statistics.worker(w), statistics.meters(w),
                                                   statistics.evidence(w)));
    WorkerState& state = *states.back();
    all.push_back(written<ObjectLimits>("ObjectLimits", w, state.limits));
    all.push_back(
        written("flows", w, std::span<const Flow>{&state.flows[0], state.flows.capacity()}));
    all.push_back(written("handshakes", w, state.handshakes[0]));
    all.push_back(written("held segments", w, state.held[0]));
    const auto packet = state.outbox.add(Side::outside, 1);
    all.push_back(written("packets of our own", w, packet.front()));
    all.push_back(written("their list", w, state.outbox.packets().front()));
  }
  expect_disjoint(all);
}

INSTANTIATE_TEST_SUITE_P(Objects, Sharing, testing::Values(1, 7, 64));

static_assert(alignof(Pipeline) >= line_bytes);
/// Workers read the pointer to the policy in each turn; nothing that is written lies beside it.
static_assert(alignof(PolicyGenerations) >= line_bytes);

TEST(SpreaderRings, HaveOneProducerAndOneConsumerOnLinesOfTheirOwn) {
  std::vector<std::string> words{"sharing_test",
                                 "--no-huge",
                                 "--no-shconf",
                                 "--no-pci",
                                 "--iova-mode=va",
                                 "--no-telemetry",
                                 "-m",
                                 "64",
                                 "--log-level=*:error",
                                 "-l",
                                 "0"};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  ASSERT_GE(rte_eal_init(static_cast<int>(pointers.size()), pointers.data()), 0);
  {
    const auto spreader = Spreader::create(workers, SipKey{.k0 = 1, .k1 = 2});
    ASSERT_TRUE(spreader.has_value());
    for (unsigned number = 0; number < 2 * workers * workers; ++number) {
      const rte_ring* ring = rte_ring_lookup(("spread" + std::to_string(number)).c_str());
      ASSERT_NE(ring, nullptr) << number;
      EXPECT_TRUE(rte_ring_is_prod_single(ring));
      EXPECT_TRUE(rte_ring_is_cons_single(ring));
      expect_disjoint({written("producer", 0, ring->prod), written("consumer", 1, ring->cons)});
    }
  }
  rte_eal_cleanup();
}

}  // namespace
}  // namespace sekimori
