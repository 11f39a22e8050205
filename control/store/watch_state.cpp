#include "control/store/watch_state.hpp"

#include <nlohmann/json.hpp>

namespace sekimori {

using nlohmann::json;

tl::expected<void, std::string> WatchState::save(const json& document) {
  return database_.attempt([&] {
    const std::string record = document.dump(-1, ' ', false, json::error_handler_t::replace);
    if (record.size() > max_bytes) throw DatabaseFault{"the watch's state is too large to keep"};
    database_
        .prepare(
            "INSERT INTO watch_state VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET record = ?1")
        .bind(1, record)
        .run();
  });
}

tl::expected<std::optional<json>, std::string> WatchState::load() {
  return database_.attempt([&]() -> std::optional<json> {
    Statement query = database_.prepare("SELECT record FROM watch_state");
    if (!query.step()) return std::nullopt;
    json document = json::parse(query.text(0), nullptr, false);
    if (document.is_discarded()) throw DatabaseFault{"the watch's state cannot be read"};
    return document;
  });
}

}  // namespace sekimori
