#include "control/store/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 2> migrations{
    "CREATE TABLE words (word TEXT UNIQUE) STRICT;",
    "ALTER TABLE words ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;"};
constexpr std::span<const std::string_view> both{migrations};

std::string error_of(const std::string& path, std::span<const std::string_view> schema = both) {
  const auto opened = Database::open(path, schema);
  return opened ? "" : opened.error();
}

void add(Database& database, std::string_view word) {
  database.prepare("INSERT INTO words (word) VALUES (?1)").bind(1, word).run();
}

std::uint64_t count(Database& database) {
  Statement query = database.prepare("SELECT count(*) FROM words");
  query.step();
  return query.number(0);
}

class DatabaseFile : public testing::Test {
 protected:
  std::unique_ptr<Database> open(std::span<const std::string_view> schema = both) {
    auto opened = Database::open(path_, schema);
    if (!opened) throw std::runtime_error{opened.error()};
    return std::move(*opened);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.path() / "store.db";
};

TEST_F(DatabaseFile, IsReadableByItsOwnerAlone) {
  const auto database = open();
  add(*database, "a");
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 07777, 0600U) << suffix;
  }
}

TEST_F(DatabaseFile, IsRefusedWhenOthersMayReadIt) {
  open();
  ::chmod(path_.c_str(), 0640);
  EXPECT_THAT(error_of(path_), HasSubstr("other users may use it; run chmod 600"));
}

TEST_F(DatabaseFile, IsRefusedWhenItIsALink) {
  open();
  const std::string link = folder_.path() / "link.db";
  std::filesystem::create_symlink(path_, link);
  EXPECT_THAT(error_of(link), HasSubstr("is no regular file"));
}

TEST_F(DatabaseFile, IsHeldByOneAlone) {
  auto first = open();
  EXPECT_THAT(error_of(path_), HasSubstr("is in use by another process"));
  // The one that was refused has not taken the lock away.
  EXPECT_THAT(error_of(path_), HasSubstr("is in use by another process"));
  first.reset();
  EXPECT_EQ(error_of(path_), "");
}

TEST_F(DatabaseFile, IsRefusedWhenItIsDamaged) {
  std::ofstream{path_} << std::string(8'192, 'x');
  ::chmod(path_.c_str(), 0600);
  EXPECT_THAT(error_of(path_), HasSubstr("is damaged or no store"));
}

TEST_F(DatabaseFile, IsRefusedWhenAPageIsDamaged) {
  {
    const auto database = open();
    database->atomically([&] {
      for (int i = 0; i < 2'000; ++i) add(*database, "word number " + std::to_string(i));
    });
  }
  ASSERT_GT(std::filesystem::file_size(path_), 16'384U);
  std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(8'192);
  file << std::string(4'096, '\x5a');
  file.close();
  EXPECT_THAT(error_of(path_), HasSubstr("is damaged or no store"));
}

TEST_F(DatabaseFile, IsRefusedWhenAnotherProgramMadeIt) {
  open()->execute("PRAGMA application_id=1");
  EXPECT_THAT(error_of(path_), HasSubstr("is another program's database"));
}

TEST_F(DatabaseFile, IsRefusedWhenANewerVersionMadeIt) {
  open();
  EXPECT_THAT(error_of(path_, both.first(1)),
              HasSubstr("has schema 2, and this sekimori-control knows those up to 1"));
}

TEST_F(DatabaseFile, IsRefusedInAFolderThatIsNotThere) {
  EXPECT_THAT(error_of(folder_.path() / "none/store.db"), HasSubstr("cannot be made"));
}

TEST_F(DatabaseFile, TakesAnOlderSchemaToTheNewest) {
  add(*open(both.first(1)), "old");
  const auto database = open();
  Statement query = database->prepare("SELECT word, weight FROM words");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.text(0), "old");
  EXPECT_EQ(query.number(1), 7U);
}

TEST_F(DatabaseFile, StaysAsItWasWhenAMigrationFails) {
  add(*open(both.first(1)), "old");
  constexpr std::array<std::string_view, 3> wrong{migrations[0], migrations[1], "NO SQL;"};
  EXPECT_NE(error_of(path_, wrong), "");
  const auto database = open(both.first(1));
  EXPECT_EQ(count(*database), 1U);
}

TEST_F(DatabaseFile, SaysWhenTheDiskIsFull) {
  const auto database = open();
  database->execute("PRAGMA max_page_count=8");
  const auto result = database->attempt([&] { add(*database, std::string(1 << 20, 'x')); });
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error(), HasSubstr("the disk is full, so nothing was recorded"));
  EXPECT_EQ(count(*database), 0U);
  EXPECT_TRUE(database->attempt([&] { add(*database, "small"); }).has_value());
}

TEST_F(DatabaseFile, KeepsAllOfAChangeOrNothing) {
  const auto database = open();
  const auto failed = database->attempt([&] {
    add(*database, "a");
    add(*database, "a");
  });
  EXPECT_THAT(failed.error(), HasSubstr("UNIQUE"));
  EXPECT_EQ(count(*database), 0U);
}

TEST_F(DatabaseFile, TakesBackAnInnerChangeAlone) {
  const auto database = open();
  database->atomically([&] {
    add(*database, "a");
    const auto twice = database->attempt([&] {
      add(*database, "b");
      add(*database, "a");
    });
    EXPECT_FALSE(twice.has_value());
    EXPECT_TRUE(database->attempt([&] { add(*database, "c"); }).has_value());
  });
  EXPECT_EQ(count(*database), 2U);
}

TEST_F(DatabaseFile, TakesAllBackForAPartThatIsNeeded) {
  const auto database = open();
  const auto failed = database->attempt([&] {
    add(*database, "a");
    needed(database->attempt([&] { add(*database, "b"); }));
    needed(database->attempt([&] { add(*database, "a"); }));
  });
  EXPECT_THAT(failed.error(), HasSubstr("UNIQUE"));
  EXPECT_EQ(count(*database), 0U);
}

TEST_F(DatabaseFile, ReadsBackWhatIsBound) {
  const auto database = open();
  const std::array<std::uint8_t, 3> bytes{0, 255, 7};
  const std::string text{"x\0y'; DROP TABLE words; --", 26};
  Statement query = database->prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6");
  query.bind(1, std::uint64_t{1} << 62)
      .bind(2, 0.5)
      .bind(3, text)
      .bind(4, bytes)
      .bind(5, std::optional<std::uint64_t>{})
      .bind(6, std::optional<std::uint64_t>{8});
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.number(0), std::uint64_t{1} << 62);
  EXPECT_EQ(query.real(1), 0.5);
  EXPECT_EQ(query.text(2), text);
  EXPECT_THAT(query.bytes(3), testing::ElementsAreArray(bytes));
  EXPECT_EQ(query.optional_number(4), std::nullopt);
  EXPECT_EQ(query.optional_number(5), 8U);
  EXPECT_THROW(query.bind(1, ~std::uint64_t{0}), DatabaseFault);
}

TEST_F(DatabaseFile, LetsThreadsInOneAtATime) {
  const auto database = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        database->atomically([&] {
          add(*database, std::to_string(t) + ' ' + std::to_string(i));
          add(*database, std::to_string(t) + '+' + std::to_string(i));
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(*database), 200U);
}

}  // namespace
}  // namespace sekimori
