#include "control/daemon/initialise.hpp"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "common/cookie_keys.hpp"
#include "control/daemon/state_folder.hpp"
#include "control/pki/secret_file.hpp"

namespace sekimori {
namespace {

namespace fs = std::filesystem;
using Result = tl::expected<void, std::string>;

Result make_random_secret(const fs::path& path) {
  std::array<char, MasterSecret::bytes> secret;
  randombytes_buf(secret.data(), secret.size());
  Result written = write_new_secret(path, {secret.data(), secret.size()});
  sodium_memzero(secret.data(), secret.size());
  return written;
}

/// Makes what stands at `path`, unless it is there.
template <typename Make>
Result make_once(const fs::path& path, const char* what, Make make) {
  if (fs::exists(path)) {
    std::printf("%s: there already, and stays (%s)\n", path.c_str(), what);
    return {};
  }
  Result made = make();
  if (made) std::printf("%s: %s\n", path.c_str(), what);
  return made;
}

}  // namespace

tl::expected<void, std::string> initialise(const InitOptions& options) {
  if (sodium_init() < 0) return tl::unexpected<std::string>{"libsodium does not start"};
  const auto folder = StateFolder::make(options.state);
  if (!folder) return tl::unexpected<std::string>{folder.error()};
  const AuthorityFiles files = folder->certificates();
  return make_once(folder->master_secret(), "the secret of the cookie keys",
                   [&] { return make_random_secret(folder->master_secret()); })
      .and_then([&] {
        return make_once(folder->webhook_secret(), "the secret that signs webhooks",
                         [&] { return make_random_secret(folder->webhook_secret()); });
      })
      .and_then([&] {
        return make_once(files.certificate(), "the authority of all certificates",
                         [&] { return make_authority(files, "Sekimori"); });
      })
      .and_then([&] {
        return make_once(files.server_certificate(), "the API's certificate",
                         [&] { return make_server_certificate(files, options.names); });
      });
}

}  // namespace sekimori
