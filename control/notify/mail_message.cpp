#include "control/notify/mail_message.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "control/model/clean_text.hpp"

namespace sekimori {
namespace {

constexpr std::size_t base64_line = 76;
/// RFC 5322, 2.1.1.
constexpr std::size_t longest_line = 998;
constexpr std::size_t wanted_line = 78;
constexpr std::string_view word_begin = "=?UTF-8?B?";
constexpr std::string_view word_end = "?=";
/// An encoded word has at most 75 characters (RFC 2047, 2): 63 of Base64 hold 45 bytes.
constexpr std::size_t word_bytes = 45;

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(),
                    // The bytes as libsodium takes them.
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

bool has_long_line(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    length = c == '\n' ? 0 : length + 1;
    if (length > longest_line) return true;
  }
  return false;
}

std::string with_crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

std::string in_angles(std::string_view text) {
  std::string result{"<"};
  result += clean_text(text);
  result += '>';
  return result;
}

}  // namespace

std::string encoded_header(std::string_view field_name, std::string_view value) {
  const std::string clean = clean_text(value);
  const bool looks_encoded = clean.find("=?") != std::string::npos;
  if (is_ascii(clean) && !looks_encoded && field_name.size() + 2 + clean.size() <= wanted_line) {
    return clean;
  }
  std::string result;
  std::string_view rest = clean;
  std::size_t room = word_bytes - std::min(word_bytes - 6, field_name.size());
  while (!rest.empty()) {
    const std::string_view part = cut_text(rest, room);
    if (!result.empty()) result += "\r\n ";
    result += word_begin;
    result += base64(part);
    result += word_end;
    rest.remove_prefix(part.size());
    room = word_bytes;
  }
  return result;
}

std::string base64_lines(std::string_view bytes) {
  std::string encoded = base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += base64_line) {
    lines += encoded.substr(at, base64_line) + "\r\n";
  }
  return lines;
}

std::string mail_date(std::uint64_t unix_ms) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_ms / 1'000);
  std::tm calendar{};
  gmtime_r(&seconds, &calendar);
  std::array<char, 64> text{};
  // strftime would name days and months in the process's language.
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                days[static_cast<std::size_t>(calendar.tm_wday)], calendar.tm_mday,
                months[static_cast<std::size_t>(calendar.tm_mon)], calendar.tm_year + 1900,
                calendar.tm_hour, calendar.tm_min, calendar.tm_sec);
  return text.data();
}

std::string mail_message(const MailParts& parts) {
  std::string message;
  const auto field = [&](std::string_view name, std::string_view value) {
    message += name;
    message += ": ";
    message += value;
    message += "\r\n";
  };
  field("Date", mail_date(parts.date_ms));
  field("From", "Sekimori " + in_angles(parts.from));
  field("To", in_angles(parts.to));
  field("Message-ID", in_angles(parts.message_id));
  if (!parts.references.empty()) {
    field("In-Reply-To", in_angles(parts.references));
    field("References", in_angles(parts.references));
  }
  field("Subject", encoded_header("Subject", parts.subject));
  field("Auto-Submitted", "auto-generated");
  field("Content-Language", clean_text(parts.language));
  field("MIME-Version", "1.0");
  field("Content-Type", "text/plain; charset=UTF-8");
  const std::string text = with_crlf(parts.text);
  const bool plain = is_ascii(text) && !has_long_line(text);
  field("Content-Transfer-Encoding", plain ? "7bit" : "base64");
  message += "\r\n";
  message += plain ? text : base64_lines(text);
  return message;
}

}  // namespace sekimori
