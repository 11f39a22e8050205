#include "control/cli/connection_settings.hpp"

#include <toml++/toml.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "control/cli/files.hpp"
#include "control/model/diagnostics.hpp"
#include "control/model/listing.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_settings_bytes = std::size_t{64} << 10;
constexpr int usual_port = 8443;

struct Setting {
  const char* key;
  const char* variable;
  std::string ConnectionSettings::*value;
  bool is_path;
};
constexpr std::array<Setting, 4> settings{
    {{"url", "SEKICTL_URL", &ConnectionSettings::url, false},
     {"ca", "SEKICTL_CA", &ConnectionSettings::ca, true},
     {"certificate", "SEKICTL_CERTIFICATE", &ConnectionSettings::certificate, true},
     {"key", "SEKICTL_KEY", &ConnectionSettings::key, true}}};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

}  // namespace

SettingSources setting_sources(const ConnectionSettings& flags, const std::string& file) {
  SettingSources sources{.flags = flags, .environment = {}, .file = file, .file_required = true};
  for (const Setting& setting : settings) {
    sources.environment.*setting.value = variable(setting.variable);
  }
  if (sources.file.empty()) sources.file = variable("SEKICTL_CONFIG");
  if (sources.file.empty()) {
    sources.file = variable("HOME") + "/.config/sekimori/sekictl.toml";
    sources.file_required = false;
  }
  return sources;
}

tl::expected<ConnectionSettings, std::string> parse_settings(std::string_view toml,
                                                             const std::string& path,
                                                             const std::string& folder) {
  toml::table table;
  try {
    table = toml::parse(toml, std::string_view{path});
  } catch (const toml::parse_error& error) {
    return tl::unexpected{path + ":" + std::to_string(error.source().begin.line) + ":" +
                          std::to_string(error.source().begin.column) + ": " +
                          printable(error.description())};
  }
  ConnectionSettings found;
  for (const auto& [key, node] : table) {
    const std::string place = path + ":" + std::to_string(node.source().begin.line) + ": ";
    const Setting* known = nullptr;
    for (const Setting& setting : settings) {
      if (key.str() == setting.key) known = &setting;
    }
    if (known == nullptr) {
      return tl::unexpected{place + "unknown key " + in_quotes(key.str()) +
                            "; known are url, ca, certificate and key"};
    }
    const auto text = node.value_exact<std::string>();
    if (!text || text->empty()) {
      return tl::unexpected{place + known->key + " has to be a string that is not empty"};
    }
    // An absolute path stays as it is.
    found.*known->value = known->is_path ? (std::filesystem::path{folder} / *text).string() : *text;
  }
  return found;
}

tl::expected<ConnectionSettings, std::string> resolve_settings(const SettingSources& sources) {
  ConnectionSettings from_file;
  std::error_code ignored;
  if (sources.file_required || std::filesystem::exists(sources.file, ignored)) {
    const auto text = read_file(sources.file, max_settings_bytes);
    if (!text) return tl::unexpected{text.error()};
    auto parsed = parse_settings(*text, sources.file,
                                 std::filesystem::path{sources.file}.parent_path().string());
    if (!parsed) return tl::unexpected{parsed.error()};
    from_file = std::move(*parsed);
  }
  ConnectionSettings resolved;
  std::string missing;
  for (const Setting& setting : settings) {
    std::string& value = resolved.*setting.value;
    for (const ConnectionSettings* source : {&sources.flags, &sources.environment,
                                             static_cast<const ConnectionSettings*>(&from_file)}) {
      if (value.empty()) value = source->*setting.value;
    }
    if (value.empty()) {
      add_listed(missing, std::string{"--"} + setting.key + " (or " + setting.variable + ")");
    }
  }
  if (!missing.empty()) {
    return tl::unexpected{"it is not known where the API is or who asks: give " + missing +
                          ", or write " + sources.file};
  }
  return resolved;
}

tl::expected<HostAndPort, std::string> parse_api_url(std::string_view url) {
  const auto wrong = [&](const std::string& rule) {
    return tl::unexpected{"url " + in_quotes(url) + " " + rule +
                          ", for example https://scrubber.example.com:8443"};
  };
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return wrong("has to begin with https://");
  std::string_view rest = url.substr(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos) {
    return wrong("has to name a host and a port only");
  }
  HostAndPort found{.host = {}, .port = usual_port};
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return wrong("has to close the address's bracket");
    found.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    found.host = rest.substr(0, rest.find(':'));
    port = rest.substr(found.host.size());
  }
  if (found.host.empty()) return wrong("has to name a host");
  if (port.empty()) return found;
  port.remove_prefix(1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), found.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || found.port < 1 ||
      found.port > 65'535) {
    return wrong("has to have a port from 1 to 65535");
  }
  return found;
}

}  // namespace sekimori
