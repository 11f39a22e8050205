#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "control/store/database.hpp"

namespace sekimori {

/// What somebody did, or tried to.
struct AuditEvent {
  std::uint64_t at_ms = 0;  ///< Unix
  std::string person;       ///< or the program that acted by itself
  std::string duty;
  std::string what;    ///< "policy.commit"
  std::string target;  ///< on what: "version 7"
  std::string result;  ///< "done", or why not
  std::string detail;
};

using AuditHash = std::array<std::uint8_t, 32>;

struct AuditEntry {
  std::uint64_t sequence = 0;  ///< from 1 on, without gaps
  AuditEvent event;
  AuditHash hash{};  ///< of the entry before's hash and of this entry's content
};

/// An entry that somebody outside of the store remembers.
struct AuditPoint {
  std::uint64_t sequence = 0;
  AuditHash hash{};

  friend bool operator==(const AuditPoint&, const AuditPoint&) = default;
};

struct AuditVerdict {
  std::uint64_t checked = 0;  ///< entries
  AuditPoint last;            ///< the last that is right
  std::optional<std::uint64_t> first_broken;
  std::string detail;  ///< what is wrong with it; empty when all is well
};

/// The record of all operations, only ever added to: the database refuses changes, and each entry's
/// hash (BLAKE2b-256) takes in the one before, so that whatever is changed, put in or left out
/// shows from there on. Whoever may write the file could compute all hashes anew, or cut off the
/// end; that shows against a point kept elsewhere, such as a log server.
///
/// It is never cut by itself. At `max_entries` nothing more is taken, and so nothing more can be
/// done that has to be recorded, until the older part was archived. Every entry is on the disk when
/// its call returns.
class AuditLog {
 public:
  static constexpr std::uint64_t max_entries = 10'000'000;
  static constexpr std::size_t max_field_bytes = 4'000;  ///< longer texts are cut, and say so

  explicit AuditLog(Database& database) : database_(database) {}

  /// Returns the point to keep elsewhere.
  tl::expected<AuditPoint, std::string> append(const AuditEvent& event);
  /// The oldest first, from this sequence number on.
  tl::expected<std::vector<AuditEntry>, std::string> list(std::uint64_t from, std::size_t at_most);
  /// The last entry.
  tl::expected<AuditPoint, std::string> head();
  /// Computes all hashes anew. With a point that was kept elsewhere, also whether it is the same
  /// there.
  tl::expected<AuditVerdict, std::string> verify(const std::optional<AuditPoint>& kept = {});

  /// Writes all entries but the last `keep` to a new file, one JSON object a line with the hash
  /// that is before the first, and then removes them here. The chain goes on. Returns the last one
  /// that was moved.
  tl::expected<AuditPoint, std::string> archive(const std::string& path, std::uint64_t keep);

 private:
  AuditPoint base();
  AuditPoint last();

  Database& database_;
};

/// The hash of an entry behind another.
[[nodiscard]] AuditHash audit_hash(const AuditHash& before, std::uint64_t sequence,
                                   const AuditEvent& event);

/// 64 hexadecimal digits.
[[nodiscard]] std::string audit_hash_text(const AuditHash& hash);

}  // namespace sekimori
