#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sekimori {

/// What a mail is made of. Texts are UTF-8.
struct MailParts {
  std::string from;
  std::string to;
  std::string subject;
  std::string text;        ///< lines end with '\n'
  std::string message_id;  ///< without angle brackets
  std::string references;  ///< message id of the thread's root; empty: none
  std::string language;    ///< a tag by BCP 47
  std::uint64_t date_ms = 0;
};

/// A whole message by RFC 5322 and MIME (RFC 2045), lines ended with CRLF. It is marked as made by
/// a machine (RFC 3834), so that nobody's absence notice answers it.
[[nodiscard]] std::string mail_message(const MailParts& parts);

/// An unstructured header field's value: as it is when it is short and ASCII, otherwise in encoded
/// words (RFC 2047), folded.
[[nodiscard]] std::string encoded_header(std::string_view field_name, std::string_view value);

/// Base64 in lines of 76 characters (RFC 2045, 6.8).
[[nodiscard]] std::string base64_lines(std::string_view bytes);

/// "Tue, 03 Jun 2025 05:05:22 +0000" (RFC 5322, 3.3).
[[nodiscard]] std::string mail_date(std::uint64_t unix_ms);

}  // namespace sekimori
