#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace sekimori {

// OpenSSL's objects with owners.

struct OpensslDeleter {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};

template <typename T>
using Openssl = std::unique_ptr<T, OpensslDeleter>;

/// What OpenSSL last complained of in this thread, in its words; empties its list.
[[nodiscard]] std::string openssl_error();

}  // namespace sekimori
