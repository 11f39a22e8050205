#include "control/store/incident_log.hpp"

#include <algorithm>
#include <limits>

#include "control/model/incident_json.hpp"

namespace sekimori {
namespace {

Incident incident_of(std::uint64_t id, const std::string& record) {
  const Json json = Json::parse(record, nullptr, false);
  auto incident = incident_from_json(json);
  if (!incident) {
    throw DatabaseFault{"the record of incident " + std::to_string(id) +
                        " cannot be read: " + incident.error()};
  }
  return std::move(*incident);
}

}  // namespace

tl::expected<void, std::string> IncidentLog::put(const Incident& incident) {
  return database_.attempt([&] {
    // Summaries of packets may hold any bytes; those that are no UTF-8 are replaced.
    const std::string record =
        incident_json(incident).dump(-1, ' ', false, Json::error_handler_t::replace);
    database_
        .prepare(
            "INSERT INTO incidents VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET "
            "recorded_ms = ?2, ended_ms = ?3, record = ?4")
        .bind(1, incident.id)
        .bind(2, incident.recorded_ms)
        .bind(3, incident.ended_ms)
        .bind(4, record)
        .run();
    index_objects(incident);
    note_ids(incident);
    prune();
  });
}

void IncidentLog::index_objects(const Incident& incident) {
  database_.prepare("DELETE FROM incident_objects WHERE incident = ?1").bind(1, incident.id).run();
  Statement insert =
      database_.prepare("INSERT OR IGNORE INTO incident_objects VALUES (?1, ?2, ?3)");
  const auto add = [&](const std::string& object, const std::string& tenant) {
    insert.bind(1, object).bind(2, tenant).bind(3, incident.id).run();
  };
  add(incident.subject.level == Level::object ? incident.subject.name : "", incident.tenant);
  for (const ObjectState& affected : incident.affected) add(affected.object, affected.tenant);
}

void IncidentLog::note_ids(const Incident& incident) {
  std::uint64_t action = 0;
  for (const ActionRecord& record : incident.actions) action = std::max(action, record.id);
  database_.prepare("UPDATE last_ids SET incident = max(incident, ?1), action = max(action, ?2)")
      .bind(1, incident.id)
      .bind(2, action)
      .run();
}

void IncidentLog::prune() {
  database_
      .prepare(
          "DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE ended_ms IS NOT NULL "
          "ORDER BY id LIMIT max(0, (SELECT count(*) FROM incidents) - ?1))")
      .bind(1, max_incidents)
      .run();
}

tl::expected<std::optional<Incident>, std::string> IncidentLog::get(std::uint64_t id) {
  return database_.attempt([&]() -> std::optional<Incident> {
    Statement query = database_.prepare("SELECT record FROM incidents WHERE id = ?1");
    query.bind(1, id);
    if (!query.step()) return std::nullopt;
    return incident_of(id, query.text(0));
  });
}

tl::expected<std::vector<Incident>, std::string> IncidentLog::list(const IncidentQuery& wanted) {
  return database_.attempt([&] {
    std::string sql = "SELECT id, record FROM incidents WHERE id < ?1";
    if (wanted.open) sql += *wanted.open ? " AND ended_ms IS NULL" : " AND ended_ms IS NOT NULL";
    if (wanted.object) {
      sql += " AND id IN (SELECT incident FROM incident_objects WHERE object = ?3)";
    }
    if (wanted.tenant) {
      sql += " AND id IN (SELECT incident FROM incident_objects WHERE tenant = ?4)";
    }
    Statement query = database_.prepare(sql + " ORDER BY id DESC LIMIT ?2");
    constexpr auto all = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    query.bind(1, wanted.before.value_or(all)).bind(2, std::uint64_t{wanted.at_most});
    if (wanted.object) query.bind(3, *wanted.object);
    if (wanted.tenant) query.bind(4, *wanted.tenant);
    std::vector<Incident> result;
    while (query.step()) result.push_back(incident_of(query.number(0), query.text(1)));
    return result;
  });
}

tl::expected<IncidentLog::LastIds, std::string> IncidentLog::last_ids() {
  return database_.attempt([&] {
    Statement query = database_.prepare("SELECT incident, action FROM last_ids");
    query.step();
    return LastIds{.incident = query.number(0), .action = query.number(1)};
  });
}

}  // namespace sekimori
