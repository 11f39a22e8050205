#include "control/pki/signing.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

#include "control/pki/secret_file.hpp"

namespace sekimori {
namespace {

using Made = tl::expected<CertifiedKey, std::string>;

/// Clocks of clients may be a little late.
constexpr long early_s = 600;
constexpr long day_s = 86'400;

tl::unexpected<std::string> failure(const std::string& what) {
  return tl::unexpected{what + ": " + openssl_error()};
}

/// 127 random bits, so that it is positive in 16 bytes (RFC 5280, section 4.1.2.2).
bool set_serial(X509& certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7fU) | 0x40U);
  const Openssl<BIGNUM> number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool add_entry(X509_NAME* name, const char* field, const std::string& value) {
  return value.empty() ||
         X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(&certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool set_validity(X509& certificate, std::uint32_t days, const CertifiedKey* issuer) {
  if (X509_gmtime_adj(X509_getm_notBefore(&certificate), -early_s) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(&certificate), static_cast<long>(days) * day_s) ==
          nullptr) {
    return false;
  }
  if (issuer == nullptr) return true;
  const ASN1_TIME* last = X509_get0_notAfter(issuer->certificate.get());
  return ASN1_TIME_compare(X509_get0_notAfter(&certificate), last) <= 0 ||
         X509_set1_notAfter(&certificate, last) == 1;
}

bool fill(X509& certificate, const CertificateText& text, EVP_PKEY& key,
          const CertifiedKey* issuer) {
  X509_NAME* subject = X509_get_subject_name(&certificate);
  const bool named =
      X509_set_version(&certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
      set_validity(certificate, text.days, issuer) && add_entry(subject, "O", text.organization) &&
      add_entry(subject, "OU", text.unit) && add_entry(subject, "CN", text.common_name) &&
      X509_set_pubkey(&certificate, &key) == 1;
  X509& signer = issuer == nullptr ? certificate : *issuer->certificate;
  if (!named || X509_set_issuer_name(&certificate, X509_get_subject_name(&signer)) != 1 ||
      !add_extension(certificate, signer, NID_subject_key_identifier, "hash") ||
      !add_extension(certificate, signer, NID_authority_key_identifier, "keyid:always")) {
    return false;
  }
  for (const auto& [kind, value] : text.extensions) {
    if (!add_extension(certificate, signer, kind, value)) return false;
  }
  return X509_sign(&certificate, issuer == nullptr ? &key : issuer->key.get(), EVP_sha256()) > 0;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return length > 0 ? std::string{data, static_cast<std::size_t>(length)} : std::string{};
}

Openssl<BIO> memory_of(const std::string& text) {
  return Openssl<BIO>{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// No passphrase is asked for: an encrypted key is refused.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

Made certify(const CertificateText& text, const CertifiedKey* issuer) {
  CertifiedKey made{.certificate = Openssl<X509>{X509_new()},
                    .key = Openssl<EVP_PKEY>{EVP_EC_gen("P-256")}};
  if (!made.certificate || !made.key || !fill(*made.certificate, text, *made.key, issuer)) {
    return failure("cannot make a certificate for " + text.common_name);
  }
  return made;
}

tl::expected<void, std::string> write_certified_key(const CertifiedKey& pair,
                                                    const std::filesystem::path& certificate,
                                                    const std::filesystem::path& key) {
  const Openssl<BIO> certificate_text{BIO_new(BIO_s_mem())};
  const Openssl<BIO> key_text{BIO_new(BIO_s_secmem())};
  if (!certificate_text || !key_text ||
      PEM_write_bio_X509(certificate_text.get(), pair.certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), pair.key.get(), nullptr, nullptr, 0, nullptr,
                               nullptr) != 1) {
    return failure("cannot write a certificate as PEM");
  }
  if (auto written = write_new_secret(key, text_of(key_text.get())); !written) return written;
  auto written = write_new_secret(certificate, text_of(certificate_text.get()));
  if (!written) {
    // A key without its certificate would be in the way of the next try.
    std::error_code ignored;
    std::filesystem::remove(key, ignored);
  }
  return written;
}

tl::expected<Openssl<X509>, std::string> read_certificate(const std::filesystem::path& path) {
  const auto text = read_small_file(path);
  if (!text) return tl::unexpected{text.error()};
  const Openssl<BIO> memory = memory_of(*text);
  Openssl<X509> certificate{PEM_read_bio_X509(memory.get(), nullptr, no_passphrase, nullptr)};
  if (!certificate) return failure(path.string() + ": is no certificate in PEM form");
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0) {
    return tl::unexpected{path.string() + ": has expired; make a new one"};
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0) {
    return tl::unexpected{path.string() + ": is not valid yet; is this machine's clock right?"};
  }
  return certificate;
}

Made read_certified_key(const std::filesystem::path& certificate,
                        const std::filesystem::path& key) {
  auto loaded = read_certificate(certificate);
  if (!loaded) return tl::unexpected{loaded.error()};
  const auto text = read_secret(key);
  if (!text) return tl::unexpected{text.error()};
  const Openssl<BIO> memory = memory_of(*text);
  Openssl<EVP_PKEY> private_key{
      PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr)};
  if (!private_key) return failure(key.string() + ": is no key in PEM form without passphrase");
  if (X509_check_private_key(loaded->get(), private_key.get()) != 1) {
    return failure(key.string() + ": is not the key of " + certificate.string());
  }
  return CertifiedKey{.certificate = std::move(*loaded), .key = std::move(private_key)};
}

}  // namespace sekimori
