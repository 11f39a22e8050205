#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/defence.hpp"
#include "control/model/placed.hpp"

namespace sekimori {

enum class Language : std::uint8_t { en, ja };
inline constexpr std::array<std::string_view, 2> language_names{"en", "ja"};

/// Whom notices reach, and in which language.
struct ContactPolicy {
  Language language = Language::en;
  std::vector<std::string> mail;     ///< addresses
  std::vector<std::string> webhook;  ///< https: or http: URLs
  Place place{};                     ///< of the table
};

/// Somebody to whom objects belong.
struct TenantPolicy {
  Placed<std::string> name;
  ContactPolicy contacts;
  ThresholdPolicy threshold;  ///< of all the tenant's objects together
};

/// How notices leave.
struct NotifyPolicy {
  ContactPolicy operators;
  std::string smtp;                 ///< URL of the mail server, "smtp://mail.example.com:25"
  std::string mail_from;            ///< the sender's address
  std::string webhook_secret_file;  ///< 32 bytes or more, mode 0600, with which webhooks are signed
  std::string syslog;               ///< "udp://192.0.2.1:514" or "tcp://...": RFC 5424
};

}  // namespace sekimori
