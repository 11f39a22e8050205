#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sekimori::lab {

/// The laboratory itself failed (no rights, no such interface, a helper that does not start), which
/// says nothing about the box under test. GoogleTest reports it as a failure of the test.
class LabError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws a LabError of "what: text of errno".
[[noreturn]] void throw_errno(std::string_view what);

/// Returns `result`, or throws when a system call answered with a negative number.
template <class Number>
Number checked(Number result, std::string_view what) {
  if (result < 0) {
    throw_errno(what);
  }
  return result;
}

}  // namespace sekimori::lab
