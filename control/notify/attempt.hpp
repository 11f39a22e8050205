#pragma once

#include <string>

namespace sekimori {

/// What came of one attempt to deliver.
struct AttemptResult {
  enum class Outcome {
    delivered,
    again,  ///< failed, and worth another attempt
    never,  ///< failed for good: the recipient does not exist
  };
  Outcome outcome = Outcome::again;
  std::string words;  ///< one clean line for operators
};

}  // namespace sekimori
