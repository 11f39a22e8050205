#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekimori {

/// Where the API is and who asks. Paths are of PEM files.
struct ConnectionSettings {
  std::string url;          ///< "https://scrubber.example.com:8443"
  std::string ca;           ///< of the server's authority
  std::string certificate;  ///< the person's
  std::string key;
};

/// Where a setting may come from besides the command line.
struct SettingSources {
  ConnectionSettings flags;        ///< empty: not given
  ConnectionSettings environment;  ///< SEKICTL_URL, SEKICTL_CA, SEKICTL_CERTIFICATE, SEKICTL_KEY
  std::string file;                ///< the TOML file to read
  bool file_required = false;      ///< somebody named it
};

/// Asks the environment, also for SEKICTL_CONFIG; without it the file is
/// ~/.config/sekimori/sekictl.toml.
[[nodiscard]] SettingSources setting_sources(const ConnectionSettings& flags,
                                             const std::string& file);

/// Takes each setting from the first source that has it: command line, environment, file. The error
/// says which are missing and how to give them.
[[nodiscard]] tl::expected<ConnectionSettings, std::string> resolve_settings(
    const SettingSources& sources);

/// The keys url, ca, certificate and key; relative paths are seen from `folder`.
[[nodiscard]] tl::expected<ConnectionSettings, std::string> parse_settings(
    std::string_view toml, const std::string& path, const std::string& folder);

struct HostAndPort {
  std::string host;
  int port = 0;
};

/// Of an https URL without path. Port 8443 if it names none.
[[nodiscard]] tl::expected<HostAndPort, std::string> parse_api_url(std::string_view url);

}  // namespace sekimori
