#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "control/store/store.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {

/// A test with a store of its own.
class StoreTest : public testing::Test {
 protected:
  StoreTest() { reopen(); }

  /// As if control were started anew.
  void reopen();
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] Store& store() { return *store_; }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace sekimori
