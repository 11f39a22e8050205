#include "tests/unit/control/store/store_fixture.hpp"

#include <stdexcept>

namespace sekimori {

void StoreTest::reopen() {
  store_.reset();
  auto opened = Store::open(file("store.db"));
  if (!opened) throw std::runtime_error{opened.error()};
  store_ = std::move(*opened);
}

}  // namespace sekimori
