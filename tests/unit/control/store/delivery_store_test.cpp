#include "control/store/delivery_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Delivery delivery(const std::string& key, std::uint64_t incident = 1,
                  const std::string& tenant = "kita") {
  return {.key = key,
          .incident = incident,
          .occasion = Occasion::changed,
          .recipient = {.channel = Channel::webhook,
                        .address = "https://example.com/" + tenant,
                        .tenant = tenant},
          .subject = "subject",
          .content = "content of " + key,
          .created_ms = 10,
          .progress = {.state = DeliveryState::pending,
                       .attempts = 0,
                       .due_ms = 20,
                       .finished_ms = {},
                       .result = ""}};
}

class Deliveries : public StoreTest {
 protected:
  DeliveryStore& log() { return store().deliveries(); }
  std::vector<std::string> enqueue(const std::vector<Delivery>& all) {
    return log().enqueue(all).value();
  }
  std::vector<std::string> keys(const DeliveryFilter& filter) {
    std::vector<std::string> result;
    const auto all = log().list(filter).value();
    for (const Delivery& found : all) result.push_back(found.key);
    return result;
  }
};

TEST_F(Deliveries, ArePendingUntilTheyAreFinished) {
  EXPECT_THAT(enqueue({delivery("a"), delivery("b")}), ElementsAre("a", "b"));
  reopen();
  const auto pending = log().pending().value();
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[0].content, "content of a");
  EXPECT_EQ(pending[0].occasion, Occasion::changed);
  EXPECT_EQ(pending[0].recipient, delivery("a").recipient);
  EXPECT_EQ(pending[0].progress.due_ms, 20U);

  const DeliveryProgress again{.state = DeliveryState::pending,
                               .attempts = 1,
                               .due_ms = 30,
                               .finished_ms = {},
                               .result = "refused"};
  ASSERT_TRUE(log().mark("a", again).has_value());
  EXPECT_EQ(log().pending().value()[0].progress.attempts, 1U);
  const DeliveryProgress taken{.state = DeliveryState::delivered,
                               .attempts = 2,
                               .due_ms = 30,
                               .finished_ms = 40,
                               .result = "250 ok"};
  ASSERT_TRUE(log().mark("a", taken).has_value());
  reopen();
  EXPECT_EQ(log().pending().value().size(), 1U);
  const auto done =
      log().list({.incident = {}, .state = DeliveryState::delivered, .tenant = {}}).value();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].progress.finished_ms, 40U);
  EXPECT_EQ(done[0].progress.result, "250 ok");
  EXPECT_EQ(done[0].content, "") << "lists leave it out";
}

TEST_F(Deliveries, AreTakenOnce) {
  EXPECT_THAT(enqueue({delivery("a"), delivery("a")}), ElementsAre("a"));
  EXPECT_THAT(enqueue({delivery("a"), delivery("b")}), ElementsAre("b"));
  EXPECT_THAT(keys({}), ElementsAre("b", "a"));
}

TEST_F(Deliveries, AreNotMarkedWhenTheyAreUnknown) {
  EXPECT_EQ(log().mark("none", {}).error(), "there is no delivery none");
}

TEST_F(Deliveries, AreFoundByIncidentStateAndTenant) {
  enqueue({delivery("a", 1, "kita"), delivery("b", 1, ""), delivery("c", 2, "kita")});
  EXPECT_THAT(keys({.incident = 1, .state = {}, .tenant = {}}), ElementsAre("b", "a"));
  EXPECT_THAT(keys({.incident = {}, .state = {}, .tenant = "kita"}), ElementsAre("c", "a"));
  EXPECT_THAT(keys({.incident = 1, .state = {}, .tenant = ""}), ElementsAre("b"));
  EXPECT_THAT(keys({.incident = {}, .state = DeliveryState::failed, .tenant = {}}), IsEmpty());
  EXPECT_THAT(keys({.incident = {}, .state = {}, .tenant = {}, .at_most = 1}), ElementsAre("c"));
}

TEST_F(Deliveries, NameEachRecipientOnce) {
  enqueue({delivery("a", 1, "kita"), delivery("b", 1, "kita"), delivery("c", 1, "minami"),
           delivery("d", 2, "nishi")});
  EXPECT_THAT(log().recipients(1).value(),
              ElementsAre(delivery("", 1, "kita").recipient, delivery("", 1, "minami").recipient));
}

TEST_F(Deliveries, RemoveTheOldestFinishedAndRefuseWhenAllArePending) {
  std::vector<Delivery> many;
  for (std::uint64_t i = 0; i < DeliveryStore::max_deliveries; ++i) {
    many.push_back(delivery(std::to_string(i)));
  }
  many[5].progress.state = DeliveryState::failed;
  ASSERT_EQ(enqueue(many).size(), many.size());
  EXPECT_THAT(enqueue({delivery("one more")}), ElementsAre("one more"));
  EXPECT_THAT(keys({.incident = {}, .state = DeliveryState::failed, .tenant = {}}), IsEmpty());
  const std::vector<Delivery> another{delivery("too many")};
  EXPECT_EQ(log().enqueue(another).error(),
            "there are already 200000 notices that wait for their delivery");
  EXPECT_THAT(keys({.incident = {}, .state = {}, .tenant = {}, .at_most = 1}),
              ElementsAre("one more"));
}

}  // namespace
}  // namespace sekimori
