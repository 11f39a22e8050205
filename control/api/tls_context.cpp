#include "control/api/tls_context.hpp"

#include "control/pki/openssl.hpp"
#include "control/pki/signing.hpp"

namespace sekimori {
namespace {

/// Of TLS 1.2: forward secrecy and authenticated encryption. All of TLS 1.3's have both.
constexpr const char* ciphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256";

bool set_up(SSL_CTX& context, const CertifiedKey& server, X509& authority) {
  // A resumed session would skip the look at the client's certificate.
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(&context, 1);
  return SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(&context, ciphers) == 1 &&
         SSL_CTX_set_num_tickets(&context, 0) == 1 &&
         SSL_CTX_use_certificate(&context, server.certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(&context, server.key.get()) == 1 &&
         X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), &authority) == 1 &&
         SSL_CTX_add_client_CA(&context, &authority) == 1;
}

}  // namespace

tl::expected<TlsContext, std::string> make_server_tls(const AuthorityFiles& files) {
  const auto authority = read_certificate(files.certificate());
  if (!authority) return tl::unexpected{authority.error()};
  const auto server = read_certified_key(files.server_certificate(), files.server_key());
  if (!server) return tl::unexpected{server.error()};
  TlsContext context{SSL_CTX_new(TLS_server_method())};
  if (!context || !set_up(*context, *server, **authority)) {
    return tl::unexpected{"cannot set up TLS: " + openssl_error()};
  }
  return context;
}

}  // namespace sekimori
