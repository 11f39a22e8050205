#include "control/pki/identity.hpp"

#include <openssl/asn1.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "control/pki/openssl.hpp"

namespace sekimori {
namespace {

/// The only entry of its kind in the subject, as UTF-8. Two would leave open which one counts.
std::optional<std::string> only_entry(const X509& certificate, int kind) {
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, kind, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, kind, at) >= 0) return {};
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  unsigned char* text = nullptr;
  const int length = ASN1_STRING_to_UTF8(&text, value);
  if (length < 0) return {};
  std::string copy{reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
  OPENSSL_free(text);
  return copy;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_person_name(std::string_view name) {
  constexpr std::size_t max_length = 64;
  return !name.empty() && name.size() <= max_length && is_letter_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '@' || c == '-';
         });
}

std::string serial_of(const X509& certificate) {
  const Openssl<BIGNUM> number{ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr)};
  if (!number) return {};
  char* digits = BN_bn2hex(number.get());
  if (digits == nullptr) return {};
  std::string text{digits};
  OPENSSL_free(digits);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::uint64_t not_after_s(const X509& certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &utc) != 1) return 0;
  const std::time_t seconds = timegm(&utc);
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

tl::expected<Identity, std::string> identity_of(const X509& certificate) {
  const auto person = only_entry(certificate, NID_commonName);
  const auto unit = only_entry(certificate, NID_organizationalUnitName);
  if (!person || !is_person_name(*person)) {
    return tl::unexpected<std::string>{
        "the certificate has to have one common name that names a person; have one made with "
        "sekictl person add"};
  }
  const auto duty = unit ? duty_of(*unit) : std::nullopt;
  if (!duty) {
    return tl::unexpected{"the certificate of " + *person +
                          " has to have one organizational unit, which is viewer, operator or "
                          "approver; have one made with sekictl person add"};
  }
  return Identity{.person = *person,
                  .duty = *duty,
                  .serial = serial_of(certificate),
                  .not_after_s = not_after_s(certificate)};
}

}  // namespace sekimori
