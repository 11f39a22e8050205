#include "control/model/prefix_text.hpp"

#include <charconv>
#include <optional>

#include "control/model/diagnostics.hpp"

namespace sekimori {
namespace {

constexpr std::string_view address_rule =
    "an address or prefix, such as 192.0.2.0/24 or 2001:db8::/32";

bool is_written_as_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos;
}

std::optional<unsigned> read_length(std::string_view text) {
  unsigned length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}

}  // namespace

bool prefix_is_plain(std::string_view text, const Prefix& prefix) {
  return !prefix.address.is_ipv4() || !is_written_as_ipv6(text);
}

PrefixFault explain_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) {
    return {in_quotes(text) + " is neither an address nor a prefix", std::string{address_rule}, {}};
  }
  const bool written_as_ipv6 = is_written_as_ipv6(text);
  if (written_as_ipv6 && address->is_ipv4()) {
    return {in_quotes(text) + " is an IPv4 address inside IPv6", "IPv4 is written as IPv4",
            "write " + in_quotes(address->to_string()) + " and the length that belongs to it"};
  }
  const unsigned offset = written_as_ipv6 ? 0 : ipv4_length_offset;
  const auto length = slash == std::string_view::npos ? std::optional<unsigned>{128 - offset}
                                                      : read_length(text.substr(slash + 1));
  if (!length || *length > 128 - offset) {
    return {in_quotes(text) + " has no valid length",
            written_as_ipv6 ? "the length of an IPv6 prefix is 0 to 128"
                            : "the length of an IPv4 prefix is 0 to 32",
            {}};
  }
  const Prefix masked{address->masked(*length + offset),
                      static_cast<std::uint8_t>(*length + offset)};
  return {in_quotes(text) + " has bits set behind its length",
          "the address of a prefix is its first address", "write " + in_quotes(masked.to_string())};
}

}  // namespace sekimori
