#include "control/model/text_forms.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <span>

#include "common/address.hpp"
#include "common/policy_image.hpp"
#include "control/model/diagnostics.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_url_bytes = 2'048;
constexpr std::size_t max_path_bytes = 4'095;
constexpr std::size_t max_host_bytes = 253;  // RFC 1035, section 2.3.4
constexpr std::size_t max_local_bytes = 64;  // RFC 5321, section 4.5.3.1.1
constexpr std::size_t max_label_bytes = 63;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string with_length(std::string_view text) {
  return in_quotes(text) + " has " + std::to_string(text.size()) + " bytes";
}

std::optional<TextFault> check_name(std::string_view text) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  };
  if (text.size() > PolicyBounds::max_name_length) return TextFault{with_length(text), {}};
  if (std::ranges::all_of(text, allowed)) return std::nullopt;
  std::string meant{text};
  std::ranges::replace_if(meant, std::not_fn(allowed), '-');
  return TextFault{in_quotes(text) + " has other characters", "write " + in_quotes(meant)};
}

/// RFC 1123, section 2.1: labels of letters, digits and hyphens.
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > max_host_bytes) return false;
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    const std::string_view label = host.substr(0, dot);
    if (label.empty() || label.size() > max_label_bytes) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; })) {
      return false;
    }
    if (dot == host.size()) return true;
    host.remove_prefix(dot + 1);
  }
}

/// RFC 5321, section 4.1.2: a dot-string. Quoted local parts are left out: nobody is reached by
/// them alone, and without them no address can carry what a mail header or a command would take
/// for its own.
bool is_local_part(std::string_view local) {
  constexpr std::string_view atom_characters = "!#$%&'*+-/=?^_`{|}~.";
  return !local.empty() && local.size() <= max_local_bytes && local.front() != '.' &&
         local.back() != '.' && local.find("..") == std::string_view::npos &&
         std::ranges::all_of(local, [&](char c) {
           return is_letter_or_digit(c) || atom_characters.find(c) != std::string_view::npos;
         });
}

std::optional<TextFault> check_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return TextFault{in_quotes(text) + " has no @", {}};
  if (!is_local_part(text.substr(0, at))) {
    return TextFault{in_quotes(text) + " has no usable part before the @", {}};
  }
  if (!is_host_name(text.substr(at + 1))) {
    return TextFault{in_quotes(text) + " has no domain behind the @", {}};
  }
  return std::nullopt;
}

bool is_port(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value != 0;
}

struct UrlForm {
  std::span<const std::string_view> schemes;
  bool port_needed = false;
  bool path_allowed = false;
  bool address_needed = false;  ///< in place of a name
};

/// The part of a URL between "//" and the path (RFC 3986, section 3.2).
std::optional<TextFault> check_authority(std::string_view authority, const UrlForm& form,
                                         const std::string& quoted) {
  if (authority.find('@') != std::string_view::npos) {
    return TextFault{quoted + " has a user in it", "a policy is no place for secrets"};
  }
  std::string_view host = authority;
  std::string_view behind;
  bool host_is_right = false;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return TextFault{quoted + " has no ']'", {}};
    host = authority.substr(1, end - 1);
    behind = authority.substr(end + 1);
    host_is_right = host.find(':') != std::string_view::npos && Address::parse(host).has_value();
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    behind = authority.substr(colon);
    const bool is_address = Address::parse(host).has_value();
    if (form.address_needed && !is_address && is_host_name(host)) {
      return TextFault{quoted + " has a name in it",
                       "write its IP address, for names may not resolve during an attack"};
    }
    host_is_right = is_host_name(host);
  }
  if (!host_is_right) return TextFault{quoted + " names no host", {}};
  if (behind.empty()) {
    if (!form.port_needed) return std::nullopt;
    return TextFault{quoted + " has no port", {}};
  }
  if (!behind.starts_with(':') || !is_port(behind.substr(1))) {
    return TextFault{quoted + " has no port from 1 to 65535 behind the host", {}};
  }
  return std::nullopt;
}

std::optional<TextFault> check_url(std::string_view text, const UrlForm& form) {
  if (text.size() > max_url_bytes) return TextFault{with_length(text), {}};
  const std::string quoted = in_quotes(text);
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"'; })) {
    return TextFault{quoted + " has characters that no URL has", "encode them with %"};
  }
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme =
      scheme_end == std::string_view::npos ? std::string_view{} : text.substr(0, scheme_end);
  if (std::ranges::find(form.schemes, scheme) == form.schemes.end()) {
    std::string wanted;
    for (const std::string_view s : form.schemes) {
      wanted.append(wanted.empty() ? "begin it with " : " or ").append(s).append("://");
    }
    return TextFault{quoted + " has another scheme or none", wanted};
  }
  text.remove_prefix(scheme_end + 3);
  const std::size_t path = std::min(text.find_first_of("/?#"), text.size());
  if (path != text.size() && !form.path_allowed) {
    return TextFault{quoted + " goes on behind the host", "remove " + in_quotes(text.substr(path))};
  }
  return check_authority(text.substr(0, path), form, quoted);
}

std::optional<TextFault> check_file(std::string_view text) {
  if (text.size() > max_path_bytes) return TextFault{with_length(text), {}};
  if (!text.starts_with('/')) return TextFault{in_quotes(text) + " does not begin with '/'", {}};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) {
    return TextFault{in_quotes(text) + " has control characters", {}};
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 2> web_schemes{"https", "http"};
constexpr std::array<std::string_view, 2> mail_schemes{"smtp", "smtps"};
constexpr std::array<std::string_view, 2> syslog_schemes{"udp", "tcp"};

}  // namespace

std::string form_text(TextForm form) {
  switch (form) {
    case TextForm::name:
      return "1 to " + std::to_string(PolicyBounds::max_name_length) +
             " letters, digits, '.', '_' or '-'";
    case TextForm::mail_address:
      return "a mail address";
    case TextForm::web_url:
      return "an https or http URL";
    case TextForm::mail_server_url:
      return "an smtp or smtps URL of a host and perhaps a port";
    case TextForm::syslog_url:
      return "a udp or tcp URL of an IP address and a port";
    case TextForm::file:
      return "the path of a file, from / on";
  }
  return {};
}

std::string forms_text(TextForm form) {
  switch (form) {
    case TextForm::name:
      return "names";
    case TextForm::mail_address:
      return "mail addresses";
    case TextForm::web_url:
    case TextForm::mail_server_url:
    case TextForm::syslog_url:
      return "URLs";
    case TextForm::file:
      return "paths of files";
  }
  return {};
}

std::optional<TextFault> check_text(TextForm form, std::string_view text) {
  if (text.empty()) return TextFault{"is empty", {}};
  switch (form) {
    case TextForm::name:
      return check_name(text);
    case TextForm::mail_address:
      return check_mail_address(text);
    case TextForm::web_url:
      return check_url(text, {.schemes = web_schemes,
                              .port_needed = false,
                              .path_allowed = true,
                              .address_needed = false});
    case TextForm::mail_server_url:
      return check_url(text, {.schemes = mail_schemes,
                              .port_needed = false,
                              .path_allowed = false,
                              .address_needed = false});
    case TextForm::syslog_url:
      return check_url(text, {.schemes = syslog_schemes,
                              .port_needed = true,
                              .path_allowed = false,
                              .address_needed = true});
    case TextForm::file:
      return check_file(text);
  }
  return std::nullopt;
}

}  // namespace sekimori
