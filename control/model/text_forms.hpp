#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekimori {

/// What a text in a policy stands for, and so how it is written.
enum class TextForm : std::uint8_t {
  name,             ///< of an object or a tenant
  mail_address,     ///< RFC 5321, without quoted local parts
  web_url,          ///< "https://hooks.example.com/path"
  mail_server_url,  ///< "smtp://mail.example.com:25"
  syslog_url,       ///< "udp://192.0.2.1:514"
  file,             ///< an absolute path
};

struct TextFault {
  std::string problem;
  std::string suggestion;
};

/// What one text must be, as messages say it: "a mail address".
[[nodiscard]] std::string form_text(TextForm form);
/// The same of several: "mail addresses".
[[nodiscard]] std::string forms_text(TextForm form);

/// What is wrong with a text; empty when it has its form. None that passes has control characters,
/// and no URL that passes has a user or a password in it: a policy is no place for secrets.
[[nodiscard]] std::optional<TextFault> check_text(TextForm form, std::string_view text);

}  // namespace sekimori
