#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "control/pki/authority.hpp"

namespace sekimori {

struct TlsDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsDeleter>;
using TlsSession = std::unique_ptr<SSL, TlsDeleter>;

/// TLS 1.2 or later with the server's certificate, for clients that show one of the authority's.
[[nodiscard]] tl::expected<TlsContext, std::string> make_server_tls(const AuthorityFiles& files);

}  // namespace sekimori
