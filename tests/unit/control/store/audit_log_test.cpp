#include "control/store/audit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

AuditEvent event(const std::string& target) {
  return {.at_ms = 1'000,
          .person = "hanako",
          .duty = "operator",
          .what = "policy.commit",
          .target = target,
          .result = "done",
          .detail = "because"};
}

class Audit : public StoreTest {
 protected:
  AuditLog& log() { return store().audit(); }
  AuditPoint append(const std::string& target) { return log().append(event(target)).value(); }
  /// What somebody does who may write the file.
  void tamper(const std::string& sql) {
    store().database().execute("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_cut;" +
                               sql);
  }
  AuditVerdict verdict(const std::optional<AuditPoint>& kept = {}) {
    return log().verify(kept).value();
  }
};

TEST_F(Audit, IsReadBackInOrder) {
  append("version 1");
  append("version 2");
  reopen();
  const auto entries = log().list(1, 10).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].sequence, 1U);
  EXPECT_EQ(entries[1].event.person, "hanako");
  EXPECT_EQ(entries[1].event.duty, "operator");
  EXPECT_EQ(entries[1].event.what, "policy.commit");
  EXPECT_EQ(entries[1].event.target, "version 2");
  EXPECT_EQ(entries[1].event.result, "done");
  EXPECT_EQ(entries[1].event.detail, "because");
  EXPECT_EQ(log().list(2, 10).value().size(), 1U);
  EXPECT_EQ(log().list(1, 1).value().size(), 1U);
}

TEST_F(Audit, IsIntactWhenNobodyTouchedIt) {
  EXPECT_EQ(verdict().checked, 0U);
  for (int i = 0; i < 20; ++i) append(std::to_string(i));
  reopen();
  const AuditVerdict found = verdict();
  EXPECT_EQ(found.checked, 20U);
  EXPECT_EQ(found.first_broken, std::nullopt);
  EXPECT_EQ(found.last, log().head().value());
}

TEST_F(Audit, RefusesToBeChanged) {
  append("a");
  for (const char* sql : {"UPDATE audit SET person = 'taro'", "DELETE FROM audit"}) {
    const auto done = store().database().attempt([&] { store().database().execute(sql); });
    EXPECT_THAT(done.error(), HasSubstr("the audit is only ever added to")) << sql;
  }
  EXPECT_EQ(verdict().checked, 1U);
}

TEST_F(Audit, ShowsTheFirstEntryThatIsNotAsItWas) {
  const std::vector<std::string> changes{
      "UPDATE audit SET at_ms = 2 WHERE sequence = 5",
      "UPDATE audit SET person = 'taro' WHERE sequence = 5",
      "UPDATE audit SET duty = '' WHERE sequence = 5",
      "UPDATE audit SET what = 'x' WHERE sequence = 5",
      "UPDATE audit SET target = 'x' WHERE sequence = 5",
      "UPDATE audit SET result = 'x' WHERE sequence = 5",
      "UPDATE audit SET detail = 'x' WHERE sequence = 5",
      "UPDATE audit SET hash = zeroblob(32) WHERE sequence = 5",
      "UPDATE audit SET hash = zeroblob(0) WHERE sequence = 5",
      // The same letters, divided in another way.
      "UPDATE audit SET person = 'hanakoo', duty = 'perator' WHERE sequence = 5",
      "DELETE FROM audit WHERE sequence = 5",
      // One entry twice.
      "DELETE FROM audit WHERE sequence = 5; INSERT INTO audit SELECT 5, at_ms, person, duty, "
      "what, target, result, detail, hash FROM audit WHERE sequence = 4",
  };
  for (int i = 1; i <= 8; ++i) append(std::to_string(i));
  for (const std::string& change : changes) {
    const auto undone = store().database().attempt([&] {
      tamper(change);
      EXPECT_EQ(verdict().first_broken, 5U) << change;
      EXPECT_EQ(verdict().checked, 4U) << change;
      throw DatabaseFault{"undo"};
    });
    EXPECT_EQ(undone.error(), "undo");
  }
  EXPECT_EQ(verdict().first_broken, std::nullopt);
}

TEST_F(Audit, ShowsAgainstAPointThatWasKeptElsewhereWhatWasCutOrWrittenAnew) {
  append("a");
  const AuditPoint kept = append("b");
  EXPECT_EQ(verdict(kept).first_broken, std::nullopt);
  append("c");
  EXPECT_EQ(verdict(kept).first_broken, std::nullopt);
  tamper("DELETE FROM audit WHERE sequence >= 2");
  EXPECT_EQ(verdict().first_broken, std::nullopt) << "the end is missed only by who knew it";
  EXPECT_EQ(verdict(kept).first_broken, 2U);
  append("forged");
  EXPECT_EQ(verdict().first_broken, std::nullopt);
  EXPECT_EQ(verdict(kept).first_broken, 2U);
}

TEST_F(Audit, CutsTextsThatAreTooLong) {
  append(std::string(AuditLog::max_field_bytes, 'x'));
  std::string japanese;
  while (japanese.size() <= AuditLog::max_field_bytes) japanese += "関";
  append(japanese);
  const auto entries = log().list(1, 2).value();
  EXPECT_EQ(entries[0].event.target.size(), AuditLog::max_field_bytes);
  EXPECT_LE(entries[1].event.target.size(), AuditLog::max_field_bytes);
  EXPECT_TRUE(entries[1].event.target.ends_with("関 [cut]"));
  EXPECT_EQ(verdict().first_broken, std::nullopt);
}

TEST_F(Audit, IsArchivedWithoutBreakingTheChain) {
  std::vector<AuditPoint> points;
  for (int i = 0; i < 10; ++i) points.push_back(append("target \"" + std::to_string(i) + "\""));
  const std::string path = file("audit.jsonl");
  EXPECT_EQ(log().archive(path, 4).value(), points[5]);
  EXPECT_EQ(verdict().checked, 4U);
  EXPECT_EQ(verdict(points[5]).first_broken, std::nullopt);
  EXPECT_EQ(verdict(points[9]).first_broken, std::nullopt);
  EXPECT_EQ(append("next").sequence, 11U);
  reopen();
  EXPECT_EQ(verdict().first_broken, std::nullopt);
  const auto removed =
      store().database().attempt([&] { store().database().execute("DELETE FROM audit"); });
  EXPECT_FALSE(removed.has_value()) << "the guard is back";

  std::ifstream archive{path};
  std::string line;
  ASSERT_TRUE(std::getline(archive, line));
  EXPECT_EQ(line, "{\"hash_before\":\"" + std::string(64, '0') + "\"}");
  std::string last;
  std::size_t lines = 0;
  for (; std::getline(archive, line); ++lines) last = line;
  EXPECT_EQ(lines, 6U);
  EXPECT_EQ(nlohmann::json::parse(last).at("hash"), audit_hash_text(points[5].hash));
  EXPECT_EQ(nlohmann::json::parse(last).at("target"), "target \"5\"");
}

TEST_F(Audit, IsNotArchivedOverAFileThatIsThere) {
  for (int i = 0; i < 3; ++i) append("a");
  const std::string path = file("audit.jsonl");
  std::ofstream{path} << "mine";
  EXPECT_THAT(log().archive(path, 0).error(), HasSubstr("cannot be written"));
  std::ifstream archive{path};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{archive}, {}), "mine");
  EXPECT_EQ(verdict().checked, 3U);
  EXPECT_EQ(log().archive(file("other"), 3).error(), "there is nothing to archive");
}

TEST_F(Audit, TakesNothingMoreWhenItIsFull) {
  append("a");
  tamper("INSERT INTO audit SELECT " + std::to_string(AuditLog::max_entries) +
         ", at_ms, person, duty, what, target, result, detail, hash FROM audit");
  EXPECT_THAT(log().append(event("b")).error(), HasSubstr("the audit is full"));
}

}  // namespace
}  // namespace sekimori
