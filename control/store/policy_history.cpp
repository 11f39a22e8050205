#include "control/store/policy_history.hpp"

#include <limits>

namespace sekimori {
namespace {

constexpr std::string_view columns =
    "number, image_id, author, comment, committed_ms, state, confirm_by_ms, confirmed_by, base, "
    "outcome";

PolicyVersion version_of(const Statement& row) {
  return {.number = row.number(0),
          .text = {},
          .image_id = row.text(1),
          .author = row.text(2),
          .comment = row.text(3),
          .committed_ms = row.number(4),
          .state = static_cast<VersionState>(row.number(5)),
          .confirm_by_ms = row.optional_number(6),
          .confirmed_by = row.text(7),
          .base = row.optional_number(8),
          .outcome = row.text(9)};
}

std::uint64_t number_of(VersionState state) {
  return static_cast<std::uint64_t>(state);
}

std::string select(std::string_view what, std::string_view where) {
  return std::string{"SELECT "}.append(what).append(" FROM policy_versions ").append(where);
}

constexpr std::string_view where_unfinished = "WHERE state IN (?1, ?2)";

}  // namespace

std::optional<PolicyVersion> PolicyHistory::find(std::string_view where, std::uint64_t parameter) {
  Statement query = database_.prepare(select(std::string{columns} + ", text", where));
  query.bind(1, parameter);
  if (!query.step()) return std::nullopt;
  PolicyVersion version = version_of(query);
  version.text = query.text(10);
  return version;
}

tl::expected<std::uint64_t, std::string> PolicyHistory::begin(const NewVersion& version) {
  return database_.attempt([&] {
    Statement busy = database_.prepare(select("number, state", where_unfinished));
    busy.bind(1, number_of(VersionState::pending))
        .bind(2, number_of(VersionState::awaiting_confirmation));
    if (busy.step()) {
      throw DatabaseFault{"policy version " + std::to_string(busy.number(0)) + " is " +
                          std::string{version_state_names.at(busy.number(1))} +
                          "; confirm it or roll it back first"};
    }
    prune();
    database_
        .prepare(
            "INSERT INTO policy_versions (text, image_id, author, comment, committed_ms, state, "
            "confirm_by_ms, text_bytes, base) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
            "(SELECT version FROM policy_in_force))")
        .bind(1, version.text)
        .bind(2, version.image_id)
        .bind(3, version.author)
        .bind(4, version.comment)
        .bind(5, version.committed_ms)
        .bind(6, number_of(VersionState::pending))
        .bind(7, version.confirm_by_ms)
        .bind(8, std::uint64_t{version.text.size()})
        .run();
    return database_.last_row();
  });
}

/// The version must be in the state that the change starts from.
void PolicyHistory::change_state(std::uint64_t number, VersionState from, VersionState to,
                                 std::string_view outcome) {
  database_
      .prepare(
          "UPDATE policy_versions SET state = ?3, outcome = ?4 WHERE number = ?1 AND state = ?2")
      .bind(1, number)
      .bind(2, number_of(from))
      .bind(3, number_of(to))
      .bind(4, outcome)
      .run();
  if (database_.changes() != 1) {
    throw DatabaseFault{"policy version " + std::to_string(number) + " is not " +
                        std::string{version_state_names.at(number_of(from))}};
  }
}

void PolicyHistory::set_in_force(std::uint64_t number) {
  database_
      .prepare(
          "INSERT INTO policy_in_force VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET version = ?1")
      .bind(1, number)
      .run();
}

tl::expected<void, std::string> PolicyHistory::put_in_force(std::uint64_t number) {
  return database_.attempt([&] {
    const auto version = find("WHERE number = ?1", number);
    const bool confirmed = !version || !version->confirm_by_ms;
    change_state(number, VersionState::pending,
                 confirmed ? VersionState::committed : VersionState::awaiting_confirmation, "");
    set_in_force(number);
  });
}

tl::expected<void, std::string> PolicyHistory::fail(std::uint64_t number, std::string_view why) {
  return database_.attempt(
      [&] { change_state(number, VersionState::pending, VersionState::failed, why); });
}

tl::expected<void, std::string> PolicyHistory::confirm(std::uint64_t number, std::string_view who) {
  return database_.attempt([&] {
    change_state(number, VersionState::awaiting_confirmation, VersionState::committed, "");
    database_.prepare("UPDATE policy_versions SET confirmed_by = ?2 WHERE number = ?1")
        .bind(1, number)
        .bind(2, who)
        .run();
  });
}

tl::expected<void, std::string> PolicyHistory::roll_back(std::uint64_t number,
                                                         std::string_view why) {
  return database_.attempt([&] {
    const auto version = find("WHERE number = ?1", number);
    if (!version || !version->base) {
      throw DatabaseFault{"policy version " + std::to_string(number) + " has none before it"};
    }
    change_state(number, VersionState::awaiting_confirmation, VersionState::rolled_back, why);
    set_in_force(*version->base);
  });
}

tl::expected<std::optional<PolicyVersion>, std::string> PolicyHistory::in_force() {
  return database_.attempt([&] {
    return find("WHERE number = (SELECT version FROM policy_in_force WHERE one = ?1)", 1);
  });
}

tl::expected<std::optional<PolicyVersion>, std::string> PolicyHistory::unfinished() {
  return database_.attempt([&] {
    auto pending = find("WHERE state = ?1", number_of(VersionState::pending));
    return pending ? pending
                   : find("WHERE state = ?1", number_of(VersionState::awaiting_confirmation));
  });
}

tl::expected<std::optional<PolicyVersion>, std::string> PolicyHistory::get(std::uint64_t number) {
  return database_.attempt([&] { return find("WHERE number = ?1", number); });
}

tl::expected<std::vector<PolicyVersion>, std::string> PolicyHistory::list(
    std::optional<std::uint64_t> before, std::size_t at_most) {
  return database_.attempt([&] {
    Statement query =
        database_.prepare(select(columns, "WHERE number < ?1 ORDER BY number DESC LIMIT ?2"));
    constexpr auto all = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    query.bind(1, before.value_or(all)).bind(2, std::uint64_t{at_most});
    std::vector<PolicyVersion> result;
    while (query.step()) result.push_back(version_of(query));
    return result;
  });
}

/// Makes room for one more. What is in force is kept however old it is; it is the base of whatever
/// comes next.
void PolicyHistory::prune() {
  database_
      .prepare(
          "DELETE FROM policy_versions WHERE number IN (SELECT number FROM ("
          "SELECT number, row_number() OVER newest AS place, sum(text_bytes) OVER newest AS "
          "bytes "
          "FROM policy_versions WINDOW newest AS (ORDER BY number DESC)) "
          "WHERE place >= ?1 OR bytes > ?2) "
          "AND number NOT IN (SELECT version FROM policy_in_force)")
      .bind(1, bounds_.versions)
      .bind(2, bounds_.text_bytes)
      .run();
}

}  // namespace sekimori
