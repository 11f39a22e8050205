#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace sekimori {

/// What SQLite refused, in words for operators. It never leaves `Database::attempt`, in which every
/// public function of the logs ends.
class DatabaseFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The result of a part of a change, which is taken back as a whole when the part has failed. For
/// use within `Database::attempt`.
template <typename T>
T needed(tl::expected<T, std::string> result) {
  if (!result) throw DatabaseFault{result.error()};
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// One statement of SQL. Values reach it as parameters only, numbered from 1.
class Statement {
 public:
  Statement& bind(int parameter, std::uint64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::span<const std::uint8_t> bytes);
  Statement& bind(int parameter, const std::optional<std::uint64_t>& value);

  /// Goes to the next row; false behind the last one.
  bool step();
  /// Runs to the end and makes it ready to be bound and run again.
  void run();

  /// The columns of the row that `step` went to, numbered from 0. Texts and bytes are valid until
  /// the next `step`.
  [[nodiscard]] std::uint64_t number(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::span<const std::uint8_t> bytes(int column) const;
  [[nodiscard]] std::optional<std::uint64_t> optional_number(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  Statement(sqlite3* database, const std::string& path, std::string_view sql);
  void check(int result) const;

  sqlite3* database_;
  const std::string* path_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One SQLite file: write-ahead log, every commit on the disk before it returns, foreign keys
/// enforced, mode 0600, and held by this process alone as long as it is open.
class Database {
 public:
  /// Opens the file or makes it. `migrations[i]` takes a schema of version i to version i + 1;
  /// those that are needed run in one transaction. The error says why it cannot be used: readable
  /// by others, in use, damaged, no such store, or made by a newer version.
  static tl::expected<std::unique_ptr<Database>, std::string> open(
      const std::string& path, std::span<const std::string_view> migrations);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  [[nodiscard]] Statement prepare(std::string_view sql) const { return {handle_, path_, sql}; }
  /// Runs SQL without parameters, of one statement or more.
  void execute(const std::string& sql) const;
  [[nodiscard]] std::uint64_t last_row() const;
  /// Rows that the last statement changed.
  [[nodiscard]] std::uint64_t changes() const;

  /// Calls `body`, whose changes come into force all together when it returns, or not at all when
  /// it throws. Inside of another call it takes part in that one. Any thread may call; one at a
  /// time gets in.
  template <typename Body>
  auto atomically(Body body) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{*this};
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      transaction.commit();
    } else {
      auto result = body();
      transaction.commit();
      return result;
    }
  }

  /// The same, with what it throws as the error.
  template <typename Body>
  auto attempt(Body body) -> tl::expected<decltype(body()), std::string> {
    try {
      if constexpr (std::is_void_v<decltype(body())>) {
        atomically(std::move(body));
        return {};
      } else {
        return atomically(std::move(body));
      }
    } catch (const std::exception& fault) {
      return tl::unexpected<std::string>{fault.what()};
    }
  }

 private:
  /// A transaction, or a savepoint inside of one. What is not committed is taken back.
  class Transaction {
   public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

   private:
    Database& database_;
    bool open_ = true;
  };

  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  void prepare_use(std::span<const std::string_view> migrations);
  void migrate(std::span<const std::string_view> migrations);

  sqlite3* handle_;
  std::string path_;
  std::recursive_mutex mutex_;
  unsigned depth_ = 0;
};

}  // namespace sekimori
