#include "control/store/watch_state.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

class SavedWatch : public StoreTest {};

TEST_F(SavedWatch, IsTheLastThatWasSaved) {
  EXPECT_FALSE(store().watch_state().load().value().has_value());
  ASSERT_TRUE(store().watch_state().save({{"a", 1}}).has_value());
  ASSERT_TRUE(store().watch_state().save({{"a", 2}, {"b", "x"}}).has_value());
  reopen();
  EXPECT_EQ(store().watch_state().load().value(), (nlohmann::json{{"a", 2}, {"b", "x"}}));
}

TEST_F(SavedWatch, IsRefusedWhenItCannotBeRead) {
  ASSERT_TRUE(store().watch_state().save({{"a", 1}}).has_value());
  store().database().execute("UPDATE watch_state SET record = '{'");
  EXPECT_EQ(store().watch_state().load().error(), "the watch's state cannot be read");
}

}  // namespace
}  // namespace sekimori
