#include "control/store/delivery_store.hpp"

namespace sekimori {
namespace {

constexpr std::string_view columns =
    "key, incident, occasion, channel, address, tenant, subject, created_ms, state, attempts, "
    "due_ms, finished_ms, result";

Delivery delivery_of(const Statement& row) {
  return {.key = row.text(0),
          .incident = row.number(1),
          .occasion = static_cast<Occasion>(row.number(2)),
          .recipient = {.channel = static_cast<Channel>(row.number(3)),
                        .address = row.text(4),
                        .tenant = row.text(5)},
          .subject = row.text(6),
          .content = {},
          .created_ms = row.number(7),
          .progress = {.state = static_cast<DeliveryState>(row.number(8)),
                       .attempts = static_cast<std::uint32_t>(row.number(9)),
                       .due_ms = row.number(10),
                       .finished_ms = row.optional_number(11),
                       .result = row.text(12)}};
}

template <typename Enum>
std::uint64_t number_of(Enum value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> DeliveryStore::enqueue(
    std::span<const Delivery> deliveries) {
  return database_.attempt([&] {
    Statement insert = database_.prepare(
        "INSERT INTO deliveries (key, incident, occasion, channel, address, tenant, subject, "
        "content, created_ms, state, attempts, due_ms, finished_ms, result) VALUES (?1, ?2, ?3, "
        "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (key) DO NOTHING");
    std::vector<std::string> added;
    for (const Delivery& d : deliveries) {
      insert.bind(1, d.key)
          .bind(2, d.incident)
          .bind(3, number_of(d.occasion))
          .bind(4, number_of(d.recipient.channel))
          .bind(5, d.recipient.address)
          .bind(6, d.recipient.tenant)
          .bind(7, d.subject)
          .bind(8, d.content)
          .bind(9, d.created_ms)
          .bind(10, number_of(d.progress.state))
          .bind(11, std::uint64_t{d.progress.attempts})
          .bind(12, d.progress.due_ms)
          .bind(13, d.progress.finished_ms)
          .bind(14, d.progress.result)
          .run();
      if (database_.changes() != 0) added.push_back(d.key);
    }
    prune();
    return added;
  });
}

void DeliveryStore::prune() {
  database_
      .prepare(
          "DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries WHERE state <> ?2 "
          "ORDER BY number LIMIT max(0, (SELECT count(*) FROM deliveries) - ?1))")
      .bind(1, max_deliveries)
      .bind(2, number_of(DeliveryState::pending))
      .run();
  Statement count = database_.prepare("SELECT count(*) FROM deliveries");
  count.step();
  if (count.number(0) > max_deliveries) {
    throw DatabaseFault{"there are already " + std::to_string(max_deliveries) +
                        " notices that wait for their delivery"};
  }
}

tl::expected<std::vector<Delivery>, std::string> DeliveryStore::pending() {
  return database_.attempt([&] {
    Statement query = database_.prepare(
        std::string{"SELECT "}.append(columns).append(", content FROM deliveries WHERE state = ?1 "
                                                      "ORDER BY number"));
    query.bind(1, number_of(DeliveryState::pending));
    std::vector<Delivery> result;
    while (query.step()) result.emplace_back(delivery_of(query)).content = query.text(13);
    return result;
  });
}

tl::expected<void, std::string> DeliveryStore::mark(const std::string& key,
                                                    const DeliveryProgress& progress) {
  return database_.attempt([&] {
    database_
        .prepare(
            "UPDATE deliveries SET state = ?2, attempts = ?3, due_ms = ?4, finished_ms = ?5, "
            "result = ?6 WHERE key = ?1")
        .bind(1, key)
        .bind(2, number_of(progress.state))
        .bind(3, std::uint64_t{progress.attempts})
        .bind(4, progress.due_ms)
        .bind(5, progress.finished_ms)
        .bind(6, progress.result)
        .run();
    if (database_.changes() != 1) throw DatabaseFault{"there is no delivery " + key};
  });
}

tl::expected<std::vector<Recipient>, std::string> DeliveryStore::recipients(
    std::uint64_t incident) {
  return database_.attempt([&] {
    Statement query = database_.prepare(
        "SELECT DISTINCT channel, address, tenant FROM deliveries WHERE incident = ?1 "
        "ORDER BY channel, address, tenant");
    query.bind(1, incident);
    std::vector<Recipient> result;
    while (query.step()) {
      result.push_back({.channel = static_cast<Channel>(query.number(0)),
                        .address = query.text(1),
                        .tenant = query.text(2)});
    }
    return result;
  });
}

tl::expected<std::vector<Delivery>, std::string> DeliveryStore::list(const DeliveryFilter& filter) {
  return database_.attempt([&] {
    std::string sql = std::string{"SELECT "}.append(columns).append(" FROM deliveries WHERE TRUE");
    if (filter.incident) sql += " AND incident = ?2";
    if (filter.state) sql += " AND state = ?3";
    if (filter.tenant) sql += " AND tenant = ?4";
    Statement query = database_.prepare(sql + " ORDER BY number DESC LIMIT ?1");
    query.bind(1, std::uint64_t{filter.at_most});
    if (filter.incident) query.bind(2, *filter.incident);
    if (filter.state) query.bind(3, number_of(*filter.state));
    if (filter.tenant) query.bind(4, *filter.tenant);
    std::vector<Delivery> result;
    while (query.step()) result.push_back(delivery_of(query));
    return result;
  });
}

}  // namespace sekimori
