#include "tests/support/errors.hpp"

#include <cerrno>
#include <system_error>

namespace sekimori::lab {

void throw_errno(std::string_view what) {
  throw LabError(std::string(what) + ": " + std::generic_category().message(errno));
}

}  // namespace sekimori::lab
