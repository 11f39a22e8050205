#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "control/store/database.hpp"

namespace sekimori {

/// The one document with which a restarted control goes on watching.
class WatchState {
 public:
  static constexpr std::size_t max_bytes = 256U << 20;

  explicit WatchState(Database& database) : database_(database) {}

  tl::expected<void, std::string> save(const nlohmann::json& document);
  /// Empty before the first. The error may be that it cannot be read any more.
  tl::expected<std::optional<nlohmann::json>, std::string> load();

 private:
  Database& database_;
};

}  // namespace sekimori
