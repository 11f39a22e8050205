#include "control/store/store.hpp"

#include <sodium.h>

#include "control/store/schema.hpp"

namespace sekimori {

tl::expected<std::unique_ptr<Store>, std::string> Store::open(const std::string& path) {
  if (sodium_init() < 0) return tl::unexpected<std::string>{"libsodium cannot be used"};
  auto database = Database::open(path, store_migrations);
  if (!database) return tl::unexpected{database.error()};
  return std::unique_ptr<Store>{new Store{std::move(*database)}};
}

}  // namespace sekimori
