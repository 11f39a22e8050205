#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "control/pki/openssl.hpp"

namespace sekimori {

struct CertifiedKey {
  Openssl<X509> certificate;
  Openssl<EVP_PKEY> key;
};

/// What a certificate is to say.
struct CertificateText {
  std::string common_name;
  std::string organization;
  std::string unit;  ///< empty: none
  std::uint32_t days = 0;
  /// Extensions by their identifier, in the words of x509v3_config(5).
  std::vector<std::pair<int, std::string>> extensions;
};

/// Makes a key and a certificate for it, signed by `issuer`, or by itself without one. It is never
/// valid for longer than its issuer.
[[nodiscard]] tl::expected<CertifiedKey, std::string> certify(const CertificateText& text,
                                                              const CertifiedKey* issuer);

/// Writes both as new files of mode 0600.
[[nodiscard]] tl::expected<void, std::string> write_certified_key(
    const CertifiedKey& pair, const std::filesystem::path& certificate,
    const std::filesystem::path& key);

/// Reads both and checks that the key is secret and belongs to the certificate, which is valid now.
[[nodiscard]] tl::expected<CertifiedKey, std::string> read_certified_key(
    const std::filesystem::path& certificate, const std::filesystem::path& key);

[[nodiscard]] tl::expected<Openssl<X509>, std::string> read_certificate(
    const std::filesystem::path& path);

}  // namespace sekimori
