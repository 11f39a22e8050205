#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <string>

namespace sekimori::test {

/// A key with a certificate for 127.0.0.1 that vouches for itself, valid for an hour.
class TestIdentity {
 public:
  TestIdentity() {
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3'600);
    X509_set_version(certificate_, X509_VERSION_3);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* const subject = X509_get_subject_name(certificate_);
    const std::basic_string<unsigned char> common_name{'t', 'e', 's', 't'};
    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, common_name.data(), -1, -1,
                               0);
    X509_set_issuer_name(certificate_, subject);
    X509_EXTENSION* const name =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate_, name, -1);
    X509_EXTENSION_free(name);
    X509_sign(certificate_, key_, EVP_sha256());
  }
  TestIdentity(const TestIdentity&) = delete;
  TestIdentity& operator=(const TestIdentity&) = delete;
  ~TestIdentity() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  [[nodiscard]] EVP_PKEY* key() const { return key_; }
  [[nodiscard]] X509* certificate() const { return certificate_; }

  /// Writes the certificate as PEM; with the key before it for a server.
  void write_certificate(const std::string& path) const { write(path, false); }
  void write_with_key(const std::string& path) const { write(path, true); }

 private:
  void write(const std::string& path, bool with_key) const {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr) return;
    if (with_key) PEM_write_PrivateKey(file, key_, nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_X509(file, certificate_);
    std::fclose(file);
  }

  EVP_PKEY* key_ = EVP_EC_gen("P-256");
  X509* certificate_ = X509_new();
};

}  // namespace sekimori::test
