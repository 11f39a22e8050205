#pragma once

#include <array>
#include <string_view>

namespace sekimori {

/// The schema from its beginning on. An entry that was released stays as it is; what changes is a
/// new entry behind it, which turns the tables of the one before into its own.
inline constexpr std::array<std::string_view, 1> store_migrations{R"sql(
CREATE TABLE policy_versions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL,
  author TEXT NOT NULL,
  comment TEXT NOT NULL,
  committed_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  confirm_by_ms INTEGER,
  confirmed_by TEXT NOT NULL DEFAULT '',
  base INTEGER,
  outcome TEXT NOT NULL DEFAULT '',
  text_bytes INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX policy_versions_by_state ON policy_versions (state);
CREATE TABLE policy_in_force (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL REFERENCES policy_versions (number)
) STRICT;

CREATE TABLE incidents (
  id INTEGER PRIMARY KEY,
  recorded_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_open ON incidents (id) WHERE ended_ms IS NULL;
CREATE TABLE incident_objects (
  object TEXT NOT NULL,
  tenant TEXT NOT NULL,
  incident INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  PRIMARY KEY (object, tenant, incident)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_objects_by_incident ON incident_objects (incident);
CREATE INDEX incident_objects_by_tenant ON incident_objects (tenant, incident);
CREATE TABLE last_ids (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  incident INTEGER NOT NULL,
  action INTEGER NOT NULL
) STRICT;
INSERT INTO last_ids VALUES (1, 0, 0);

CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  incident INTEGER NOT NULL,
  occasion INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  address TEXT NOT NULL,
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  result TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_by_incident ON deliveries (incident, number);
CREATE INDEX deliveries_by_state ON deliveries (state, number);
CREATE INDEX deliveries_by_tenant ON deliveries (tenant, number);

CREATE TABLE watch_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  record TEXT NOT NULL
) STRICT;

CREATE TABLE baseline_weeks (
  object TEXT NOT NULL,
  vector TEXT NOT NULL,
  week INTEGER NOT NULL,
  hours BLOB NOT NULL,
  PRIMARY KEY (object, vector, week)
) STRICT, WITHOUT ROWID;
CREATE INDEX baseline_weeks_by_week ON baseline_weeks (week);
CREATE TABLE learned_thresholds (
  object TEXT NOT NULL,
  vector TEXT NOT NULL,
  threshold INTEGER NOT NULL,
  reason TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_ms INTEGER NOT NULL,
  PRIMARY KEY (object, vector)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  person TEXT NOT NULL,
  duty TEXT NOT NULL,
  what TEXT NOT NULL,
  target TEXT NOT NULL,
  result TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_base (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_base VALUES (1, 0, zeroblob(32));
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
)sql"};

}  // namespace sekimori
