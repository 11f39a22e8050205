#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sekimori {

/// A domain name in wire format, in lower case as RFC 4343 compares them.
struct DnsName {
  static constexpr std::size_t max_bytes = 255;  ///< RFC 1035, section 2.3.4
  static constexpr std::size_t max_label = 63;
  /// Labels, counted from the right, whose places are known.
  static constexpr std::size_t kept_labels = 8;
  /// Readable behind any label's end, so that labels can be read in words, and the first three of
  /// them without a look at the length.
  static constexpr std::size_t padding = 24;

  std::array<std::uint8_t, max_bytes + padding> bytes;
  std::uint8_t length = 0;  ///< of `bytes`, the root label included
  std::uint8_t labels = 0;  ///< without the root label
  /// Where the length byte of label n, counted from the left, stands: at n % kept_labels.
  std::array<std::uint8_t, kept_labels> starts{};

  /// Labels whose places are known.
  [[nodiscard]] std::size_t kept() const { return labels < kept_labels ? labels : kept_labels; }
  /// A kept label by its place from the right, 0 being the top-level domain.
  [[nodiscard]] std::span<const std::uint8_t> label_from_right(std::size_t place) const {
    const std::size_t start = starts[(labels - 1 - place) % kept_labels];
    return std::span{bytes}.subspan(start + 1, bytes[start]);
  }

  /// Reads a name as people write it, with or without the dot at the end. Nothing without labels,
  /// with an empty label, or with a label or a whole that is too long. A backslash has no special
  /// meaning.
  static std::optional<DnsName> from_text(std::string_view text);
  /// The name as people write it; bytes that are not printable as \DDD (RFC 4343, section 2.1).
  [[nodiscard]] std::string to_text() const;
};

enum class DnsQuestionFault : std::uint8_t {
  none,
  truncated,      ///< the header, the name, or type and class behind it are cut
  no_question,    ///< the question section is empty
  label_invalid,  ///< compressed, which a first name cannot be, or of a reserved type
  name_too_long,  ///< over 255 bytes
};

/// Reads the name of the first question of a DNS message (RFC 1035, section 4.1), a query or a
/// response. `name` means something only if there is no fault.
[[nodiscard]] DnsQuestionFault read_question_name(std::span<const std::uint8_t> message,
                                                  DnsName& name);

}  // namespace sekimori
