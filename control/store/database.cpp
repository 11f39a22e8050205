#include "control/store/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>

namespace sekimori {
namespace {

/// "SKMR": tells our files from those of other programs (PRAGMA application_id).
constexpr std::uint64_t application_id = 0x534b4d52;

std::string system_text(int error) {
  return std::generic_category().message(error);
}

std::string explain(int result, const std::string& path, const char* detail) {
  const std::string text = path + ": ";
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return text + "is in use by another process; only one sekimori-control may use a store";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return text + "is damaged or no store (" + detail +
             "); put a backup in its place, or move it away to begin a new one. The dataplane "
             "keeps its policy meanwhile";
    case SQLITE_FULL:
      return text + "the disk is full, so nothing was recorded; make room";
    case SQLITE_READONLY:
      return text +
             "cannot be written; its folder and itself must belong to the user of "
             "sekimori-control";
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
      return text + "cannot be read or written (" + detail + ")";
    default:
      return text + detail;
  }
}

[[noreturn]] void fail(int result, sqlite3* database, const std::string& path) {
  throw DatabaseFault{explain(result, path, sqlite3_errmsg(database))};
}

/// Makes the file if there is none, so that it never was readable by others; SQLite gives its
/// companions the same mode. A file that is there is not opened here: closing it again would end
/// the locks that this process may hold on it (fcntl(2)).
tl::expected<void, std::string> ensure_private_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) return tl::unexpected{path + ": is no regular file"};
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      return tl::unexpected{path + ": other users may use it; run chmod 600 on it"};
    }
    return {};
  }
  const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) return tl::unexpected{path + ": cannot be made: " + system_text(errno)};
  ::close(made);
  return {};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, const std::string& path, std::string_view sql)
    : database_(database), path_(&path) {
  sqlite3_stmt* statement = nullptr;
  check(
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  statement_.reset(statement);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) fail(result, database_, *path_);
}

Statement& Statement::bind(int parameter, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw DatabaseFault{*path_ + ": the number " + std::to_string(value) + " is too large"};
  }
  check(sqlite3_bind_int64(statement_.get(), parameter, static_cast<std::int64_t>(value)));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check(sqlite3_bind_double(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(),
                            text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::uint8_t> bytes) {
  check(sqlite3_bind_blob64(statement_.get(), parameter,
                            bytes.empty() ? "" : static_cast<const void*>(bytes.data()),
                            bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(int parameter, const std::optional<std::uint64_t>& value) {
  if (value) return bind(parameter, *value);
  check(sqlite3_bind_null(statement_.get(), parameter));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) fail(result, database_, *path_);
  return result == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  check(sqlite3_reset(statement_.get()));
}

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto span = bytes(column);
  return {span.begin(), span.end()};
}

std::span<const std::uint8_t> Statement::bytes(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(size)};
}

std::optional<std::uint64_t> Statement::optional_number(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return number(column);
}

tl::expected<std::unique_ptr<Database>, std::string> Database::open(
    const std::string& path, std::span<const std::string_view> migrations) {
  if (auto ready = ensure_private_file(path); !ready) return tl::unexpected{ready.error()};
  sqlite3* handle = nullptr;
  // The database's own mutex already lets one thread in at a time.
  const int result =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  std::unique_ptr<Database> database{new Database{handle, path}};
  if (result != SQLITE_OK) {
    return tl::unexpected{explain(result, path, handle != nullptr ? sqlite3_errmsg(handle) : "")};
  }
  try {
    database->prepare_use(migrations);
  } catch (const std::exception& fault) {
    return tl::unexpected<std::string>{fault.what()};
  }
  return database;
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::prepare_use(std::span<const std::string_view> migrations) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // The mode must be exclusive before the write-ahead log is first used: then the lock is held from
  // there on, and there is no shared memory beside the file.
  execute(
      "PRAGMA locking_mode=EXCLUSIVE;"
      "PRAGMA journal_mode=WAL;"
      "PRAGMA synchronous=FULL;"
      "PRAGMA foreign_keys=ON;"
      "PRAGMA trusted_schema=OFF;"
      "PRAGMA cell_size_check=ON;"
      "PRAGMA journal_size_limit=67108864;");
  Statement check = prepare("PRAGMA quick_check(1)");
  if (!check.step() || check.text(0) != "ok") {
    throw DatabaseFault{explain(SQLITE_CORRUPT, path_, check.text(0).c_str())};
  }
  check.run();
  // The first write takes the lock.
  migrate(migrations);
}

void Database::migrate(std::span<const std::string_view> migrations) {
  atomically([&] {
    const auto pragma = [this](const char* sql) {
      Statement query = prepare(sql);
      query.step();
      return query.number(0);
    };
    const std::uint64_t version = pragma("PRAGMA user_version");
    const std::uint64_t owner = pragma("PRAGMA application_id");
    const std::uint64_t tables = pragma("SELECT count(*) FROM sqlite_schema");
    const bool is_new = version == 0 && owner == 0 && tables == 0;
    if (!is_new && owner != application_id) {
      throw DatabaseFault{path_ + ": is another program's database"};
    }
    if (version > migrations.size()) {
      throw DatabaseFault{path_ + ": has schema " + std::to_string(version) +
                          ", and this sekimori-control knows those up to " +
                          std::to_string(migrations.size()) + "; use the newer one that made it"};
    }
    for (std::size_t v = version; v < migrations.size(); ++v) execute(std::string{migrations[v]});
    execute("PRAGMA application_id=" + std::to_string(application_id));
    execute("PRAGMA user_version=" + std::to_string(migrations.size()));
  });
}

void Database::execute(const std::string& sql) const {
  const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result, handle_, path_);
}

std::uint64_t Database::last_row() const {
  return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(handle_));
}

std::uint64_t Database::changes() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(handle_));
}

Database::Transaction::Transaction(Database& database) : database_(database) {
  database_.execute(database_.depth_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner");
  ++database_.depth_;
}

Database::Transaction::~Transaction() {
  --database_.depth_;
  if (!open_) return;
  // SQLite may have ended the transaction itself, as on a full disk; then this does nothing.
  const char* undo = database_.depth_ == 0 ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner";
  sqlite3_exec(database_.handle_, undo, nullptr, nullptr, nullptr);
}

void Database::Transaction::commit() {
  database_.execute(database_.depth_ == 1 ? "COMMIT" : "RELEASE inner");
  open_ = false;
}

}  // namespace sekimori
