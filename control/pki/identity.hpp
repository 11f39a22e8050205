#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "control/pki/duty.hpp"

namespace sekimori {

/// Whom a certificate is about.
struct Identity {
  std::string person;  ///< the subject's common name
  Duty duty = Duty::viewer;
  std::string serial;             ///< hexadecimal digits, lower case
  std::uint64_t not_after_s = 0;  ///< Unix seconds
};

/// Reads person and duty of a certificate whose signature has been checked. It needs exactly one
/// common name, by the rule of `is_person_name`, and one organizational unit that names a duty.
[[nodiscard]] tl::expected<Identity, std::string> identity_of(const X509& certificate);

/// 1 to 64 letters, digits and . _ @ -, the first of them a letter or digit: also good for the name
/// of a file.
[[nodiscard]] bool is_person_name(std::string_view name);

[[nodiscard]] std::string serial_of(const X509& certificate);
[[nodiscard]] std::uint64_t not_after_s(const X509& certificate);

}  // namespace sekimori
