#include "dataplane/packet/dns_name.hpp"

#include <cstring>

#include "common/bytes.hpp"

namespace sekimori {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t question_count_offset = 4;
constexpr std::size_t type_and_class_bytes = 4;

/// Lengths of labels are below the letters, so a whole name may be put into lower case at once.
static_assert(DnsName::max_label < 'A');

template <typename Bytes>
void copy_lower_vector(const std::uint8_t* from, std::uint8_t* to) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  const Bytes is_upper = reinterpret_cast<Bytes>(bytes - 'A' < 26);  // all ones or all zeros
  bytes |= is_upper & 0x20;
  std::memcpy(to, &bytes, sizeof(bytes));
}

/// In whole vectors, of which the last one overlaps the one before it.
template <typename Bytes>
void copy_lower_by(const std::uint8_t* from, std::size_t length, std::uint8_t* to) {
  const std::size_t last = length - sizeof(Bytes);
  for (std::size_t at = 0; at < last; at += sizeof(Bytes)) {
    copy_lower_vector<Bytes>(from + at, to + at);
  }
  copy_lower_vector<Bytes>(from + last, to + last);
}

/// Both may be the same place.
void copy_lower(const std::uint8_t* from, std::size_t length, std::uint8_t* to) {
  using Bytes8 [[gnu::vector_size(8)]] = std::uint8_t;
  using Bytes16 [[gnu::vector_size(16)]] = std::uint8_t;
  using Bytes32 [[gnu::vector_size(32)]] = std::uint8_t;
  using Byte [[gnu::vector_size(1)]] = std::uint8_t;
  if (length >= sizeof(Bytes32)) return copy_lower_by<Bytes32>(from, length, to);
  if (length >= sizeof(Bytes16)) return copy_lower_by<Bytes16>(from, length, to);
  if (length >= sizeof(Bytes8)) return copy_lower_by<Bytes8>(from, length, to);
  copy_lower_by<Byte>(from, length, to);
}

bool is_plain(std::uint8_t byte) {
  return byte > 0x20 && byte < 0x7f && byte != '.' && byte != '\\';
}

}  // namespace

DnsQuestionFault read_question_name(std::span<const std::uint8_t> message, DnsName& name) {
  if (message.size() < header_bytes) return DnsQuestionFault::truncated;
  if (load<be16>(message.data() + question_count_offset).host() == 0) {
    return DnsQuestionFault::no_question;
  }
  const std::span rest = message.subspan(header_bytes);
  std::size_t at = 0;
  std::size_t labels = 0;
  for (;; ++labels) {
    if (at >= rest.size()) return DnsQuestionFault::truncated;
    const std::size_t label = rest[at];
    if (label > DnsName::max_label) return DnsQuestionFault::label_invalid;
    if (label == 0) break;
    // The root label still has to fit behind this one.
    if (at + 1 + label >= DnsName::max_bytes) return DnsQuestionFault::name_too_long;
    name.starts[labels % DnsName::kept_labels] = static_cast<std::uint8_t>(at);
    at += 1 + label;
  }
  const std::size_t length = at + 1;
  if (rest.size() - length < type_and_class_bytes) return DnsQuestionFault::truncated;
  copy_lower(rest.data(), length, name.bytes.data());
  name.length = static_cast<std::uint8_t>(length);
  name.labels = static_cast<std::uint8_t>(labels);
  return DnsQuestionFault::none;
}

std::optional<DnsName> DnsName::from_text(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  DnsName name;
  std::size_t at = 0;
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > max_label) return std::nullopt;
    if (at + 1 + label.size() >= max_bytes) return std::nullopt;
    name.starts[name.labels % kept_labels] = static_cast<std::uint8_t>(at);
    ++name.labels;
    name.bytes[at] = static_cast<std::uint8_t>(label.size());
    std::memcpy(name.bytes.data() + at + 1, label.data(), label.size());
    at += 1 + label.size();
    if (label.size() == text.size()) break;
    text.remove_prefix(label.size() + 1);
  }
  name.bytes[at] = 0;
  name.length = static_cast<std::uint8_t>(at + 1);
  copy_lower(name.bytes.data(), name.length, name.bytes.data());
  return name;
}

std::string DnsName::to_text() const {
  std::string text;
  for (std::size_t at = 0; bytes[at] != 0; at += 1U + bytes[at]) {
    if (at != 0) text += '.';
    for (std::size_t i = 1; i <= bytes[at]; ++i) {
      const std::uint8_t byte = bytes[at + i];
      if (is_plain(byte)) {
        text += static_cast<char>(byte);
      } else {
        const std::string digits = std::to_string(byte);
        text += '\\' + std::string(3 - digits.size(), '0') + digits;
      }
    }
  }
  return text.empty() ? "." : text;
}

}  // namespace sekimori
