// Files and URLs that people write around the API: the list of revoked certificates, the settings
// of sekictl and the URL of the API.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/cli/connection_settings.hpp"
#include "control/pki/deny_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto serials = sekimori::parse_deny_list(text); !serials && serials.error().empty()) {
    std::abort();
  }
  const auto settings = sekimori::parse_settings(text, "sekictl.toml", "/etc");
  if (!settings && settings.error().empty()) std::abort();
  const auto at = sekimori::parse_api_url(text);
  if (at && (at->host.empty() || at->port < 1 || at->port > 65'535)) std::abort();
  return 0;
}
