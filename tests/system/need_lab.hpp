#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/run.hpp"

namespace sekimori::lab {

/// A test that needs namespaces; skipped, saying what is missing, where there are none.
class NeedsLab : public testing::Test {
 protected:
  void SetUp() override {
    std::string missing;
    for (const auto& item : missing_for_lab()) {
      missing += "\n  " + item;
    }
    if (!missing.empty()) {
      GTEST_SKIP() << "missing:" << missing;
    }
  }
};

}  // namespace sekimori::lab
