#include "control/store/audit_log.hpp"

#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "control/store/new_file.hpp"

namespace sekimori {
namespace {

constexpr std::string_view columns =
    "sequence, at_ms, person, duty, what, target, result, detail, hash";

AuditHash hash_in(const Statement& row, int column) {
  AuditHash hash{};
  const auto bytes = row.bytes(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

AuditEntry entry_of(const Statement& row) {
  return {.sequence = row.number(0),
          .event = {.at_ms = row.number(1),
                    .person = row.text(2),
                    .duty = row.text(3),
                    .what = row.text(4),
                    .target = row.text(5),
                    .result = row.text(6),
                    .detail = row.text(7)},
          .hash = hash_in(row, 8)};
}

std::string cut(std::string text) {
  constexpr std::string_view mark = " [cut]";
  if (text.size() <= AuditLog::max_field_bytes) return text;
  std::size_t kept = AuditLog::max_field_bytes - mark.size();
  // Not in the middle of a UTF-8 sequence.
  while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xc0) == 0x80) --kept;
  text.resize(kept);
  return text.append(mark);
}

AuditEvent within_bounds(AuditEvent event) {
  for (std::string* field :
       {&event.person, &event.duty, &event.what, &event.target, &event.result, &event.detail}) {
    *field = cut(std::move(*field));
  }
  return event;
}

/// BLAKE2b over numbers of eight bytes, the lowest first, and over texts behind their length, so
/// that no two contents give the same bytes.
class Hasher {
 public:
  Hasher() { crypto_generichash_init(&state_, nullptr, 0, AuditHash{}.size()); }

  void add(std::span<const std::uint8_t> bytes) {
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  void add(std::uint64_t number) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    add(bytes);
  }
  void add(const std::string& text) {
    add(std::uint64_t{text.size()});
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  }
  AuditHash take() {
    AuditHash hash{};
    crypto_generichash_final(&state_, hash.data(), hash.size());
    return hash;
  }

 private:
  crypto_generichash_state state_{};
};

std::string json_line(const AuditEntry& entry) {
  using Json = nlohmann::ordered_json;
  const Json json{{"sequence", entry.sequence},         {"at_ms", entry.event.at_ms},
                  {"person", entry.event.person},       {"duty", entry.event.duty},
                  {"what", entry.event.what},           {"target", entry.event.target},
                  {"result", entry.event.result},       {"detail", entry.event.detail},
                  {"hash", audit_hash_text(entry.hash)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

AuditHash audit_hash(const AuditHash& before, std::uint64_t sequence, const AuditEvent& event) {
  Hasher hasher;
  hasher.add(before);
  hasher.add(sequence);
  hasher.add(event.at_ms);
  for (const std::string* field :
       {&event.person, &event.duty, &event.what, &event.target, &event.result, &event.detail}) {
    hasher.add(*field);
  }
  return hasher.take();
}

std::string audit_hash_text(const AuditHash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : hash) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

AuditPoint AuditLog::base() {
  Statement query = database_.prepare("SELECT sequence, hash FROM audit_base");
  query.step();
  return {.sequence = query.number(0), .hash = hash_in(query, 1)};
}

AuditPoint AuditLog::last() {
  Statement query =
      database_.prepare("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1");
  if (!query.step()) return base();
  return {.sequence = query.number(0), .hash = hash_in(query, 1)};
}

tl::expected<AuditPoint, std::string> AuditLog::append(const AuditEvent& given) {
  return database_.attempt([&] {
    const AuditPoint before = last();
    if (before.sequence - base().sequence >= max_entries) {
      throw DatabaseFault{"the audit is full; archive its older part before anything else is done"};
    }
    const AuditEvent event = within_bounds(given);
    const std::uint64_t sequence = before.sequence + 1;
    const AuditHash hash = audit_hash(before.hash, sequence, event);
    database_.prepare("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(1, sequence)
        .bind(2, event.at_ms)
        .bind(3, event.person)
        .bind(4, event.duty)
        .bind(5, event.what)
        .bind(6, event.target)
        .bind(7, event.result)
        .bind(8, event.detail)
        .bind(9, hash)
        .run();
    return AuditPoint{.sequence = sequence, .hash = hash};
  });
}

tl::expected<std::vector<AuditEntry>, std::string> AuditLog::list(std::uint64_t from,
                                                                  std::size_t at_most) {
  return database_.attempt([&] {
    Statement query = database_.prepare(std::string{"SELECT "}.append(columns).append(
        " FROM audit WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2"));
    query.bind(1, from).bind(2, std::uint64_t{at_most});
    std::vector<AuditEntry> result;
    while (query.step()) result.push_back(entry_of(query));
    return result;
  });
}

tl::expected<AuditPoint, std::string> AuditLog::head() {
  return database_.attempt([&] { return last(); });
}

tl::expected<AuditVerdict, std::string> AuditLog::verify(const std::optional<AuditPoint>& kept) {
  return database_.attempt([&] {
    AuditVerdict verdict{.checked = 0, .last = base(), .first_broken = {}, .detail = {}};
    const auto broken = [&](std::uint64_t sequence, std::string detail) {
      verdict.first_broken = sequence;
      verdict.detail = std::move(detail);
      return verdict;
    };
    if (kept && kept->sequence == verdict.last.sequence && kept->hash != verdict.last.hash) {
      return broken(kept->sequence, "is another one than was kept elsewhere");
    }
    Statement query = database_.prepare(
        std::string{"SELECT "}.append(columns).append(" FROM audit ORDER BY sequence"));
    while (query.step()) {
      const AuditEntry entry = entry_of(query);
      const std::uint64_t expected = verdict.last.sequence + 1;
      if (entry.sequence != expected) return broken(expected, "is missing");
      if (query.bytes(8).size() != entry.hash.size() ||
          entry.hash != audit_hash(verdict.last.hash, entry.sequence, entry.event)) {
        return broken(expected, "does not have the hash of its content and the entry before");
      }
      if (kept && kept->sequence == entry.sequence && kept->hash != entry.hash) {
        return broken(expected, "is another one than was kept elsewhere");
      }
      ++verdict.checked;
      verdict.last = {.sequence = entry.sequence, .hash = entry.hash};
    }
    if (kept && kept->sequence > verdict.last.sequence) {
      return broken(
          verdict.last.sequence + 1,
          "is missing, though entry " + std::to_string(kept->sequence) + " was kept elsewhere");
    }
    return verdict;
  });
}

tl::expected<AuditPoint, std::string> AuditLog::archive(const std::string& path,
                                                        std::uint64_t keep) {
  return database_.attempt([&] {
    const AuditPoint before = base();
    const std::uint64_t newest = last().sequence;
    const std::uint64_t up_to = newest > keep ? newest - keep : 0;
    if (up_to <= before.sequence) throw DatabaseFault{"there is nothing to archive"};
    NewFile file{path};
    Statement query = database_.prepare(std::string{"SELECT "}.append(columns).append(
        " FROM audit WHERE sequence <= ?1 ORDER BY sequence"));
    query.bind(1, up_to);
    file.write("{\"hash_before\":\"" + audit_hash_text(before.hash) + "\"}\n");
    AuditPoint moved;
    while (query.step()) {
      const AuditEntry entry = entry_of(query);
      file.write(json_line(entry));
      moved = {.sequence = entry.sequence, .hash = entry.hash};
    }
    // Only what is on the disk elsewhere is removed here.
    file.complete();
    Statement trigger =
        database_.prepare("SELECT sql FROM sqlite_schema WHERE name = 'audit_is_not_cut'");
    trigger.step();
    const std::string guard = trigger.text(0);
    trigger.run();
    database_.execute("DROP TRIGGER audit_is_not_cut");
    database_.prepare("DELETE FROM audit WHERE sequence <= ?1").bind(1, up_to).run();
    database_.execute(guard);
    database_.prepare("UPDATE audit_base SET sequence = ?1, hash = ?2")
        .bind(1, moved.sequence)
        .bind(2, moved.hash)
        .run();
    return moved;
  });
}

}  // namespace sekimori
