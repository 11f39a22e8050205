#include "control/notify/server_url.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace sekimori {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 6> default_ports{
    {{"http", 80}, {"https", 443}, {"smtp", 25}, {"smtps", 465}, {"udp", 514}, {"tcp", 601}}};

std::optional<std::string> part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string result{text};
  curl_free(text);
  return result;
}

}  // namespace

tl::expected<ServerUrl, std::string> parse_server_url(const std::string& url) {
  const auto failed = [&](const std::string& why) {
    return tl::make_unexpected("'" + url + "' " + why);
  };
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle{curl_url(), &curl_url_cleanup};
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
                     CURLUE_OK) {
    return failed("is no URL");
  }
  const auto scheme = part(handle.get(), CURLUPART_SCHEME);
  auto host = part(handle.get(), CURLUPART_HOST);
  if (!scheme || !host || host->empty()) return failed("names no server");
  if (host->front() == '[' && host->back() == ']') *host = host->substr(1, host->size() - 2);
  ServerUrl result{.scheme = *scheme, .host = *host, .port = 0};
  for (const auto& [name, port] : default_ports) {
    if (name == *scheme) result.port = port;
  }
  if (result.port == 0) return failed("has a scheme that nothing is sent by");
  if (const auto port = part(handle.get(), CURLUPART_PORT)) {
    const unsigned long number = std::stoul(*port);
    if (number == 0 || number > 65'535) return failed("has no valid port");
    result.port = static_cast<std::uint16_t>(number);
  }
  return result;
}

std::string origin_of(const std::string& url) {
  const auto server = parse_server_url(url);
  return server ? server->origin() : url;
}

}  // namespace sekimori
