#include "common/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sekimori {
namespace {

/// inet_pton wants a terminated string; nothing longer than this is an address.
constexpr std::size_t max_text_length = INET6_ADDRSTRLEN;

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.empty() || text.size() > max_text_length) return std::nullopt;
  const std::string terminated{text};
  std::array<std::uint8_t, 16> bytes;
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    return from_ipv4(load<be32>(bytes.data()));
  }
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return from_ipv6(bytes.data());
  return std::nullopt;
}

Address Address::masked(unsigned length) const {
  Address result = *this;
  for (unsigned i = 0; i < result.bytes_.size(); ++i) {
    const unsigned kept = std::min(8U, length > 8 * i ? length - 8 * i : 0U);
    result.bytes_[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return result;
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_ipv4();
  inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes_.data() + 12 : bytes_.data(), text.data(),
            text.size());
  return text.data();
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;

  const unsigned offset = address->is_ipv4() ? ipv4_length_offset : 0;
  unsigned length = 128 - offset;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), length);
    if (error != std::errc{} || end != digits.end() || length > 128 - offset) return std::nullopt;
  }

  const Prefix result{*address, static_cast<std::uint8_t>(length + offset)};
  if (result.address.masked(result.length) != result.address) return std::nullopt;
  return result;
}

bool Prefix::contains(const Address& candidate) const {
  // A short IPv6 prefix such as ::/0 spans the mapped block without meaning IPv4.
  if (candidate.is_ipv4() && length < ipv4_length_offset) return false;
  return candidate.masked(length) == address;
}

unsigned Prefix::written_length() const {
  // A mapped IPv4 prefix is never shorter than the 96 bits that mark it as IPv4.
  return address.is_ipv4() && length >= ipv4_length_offset ? length - ipv4_length_offset : length;
}

std::string Prefix::to_string() const {
  return address.to_string() + '/' + std::to_string(written_length());
}

}  // namespace sekimori
