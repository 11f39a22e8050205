#include <array>
#include <cstdio>
#include <sstream>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {

std::vector<Word> split_words(std::string_view line) {
  std::istringstream stream{std::string{line.substr(0, line.find('|'))}};
  std::vector<Word> words;
  std::string text;
  bool after_arrow = false;
  while (stream >> text) {
    if (text == ">") {
      if (!words.empty()) words.back().key = "source";
      after_arrow = true;
    } else if (after_arrow) {
      words.push_back({.key = "destination", .value = text});
      after_arrow = false;
    } else if (text.front() == '[' && text.find("]:") == std::string::npos && text.back() == ']') {
      words.push_back({.key = "flags", .value = text.substr(1, text.size() - 2)});
    } else if (const auto equals = text.find('='); equals != std::string::npos) {
      words.push_back({.key = text.substr(0, equals), .value = text.substr(equals + 1)});
    } else if (!words.empty() && words.back().key == "icmp") {
      words.push_back({.key = "type", .value = text});
    } else {
      words.push_back({.key = text, .value = text});
    }
  }
  return words;
}

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(
        std::strtoul(std::string{text.substr(i, 2)}.c_str(), nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  std::array<char, 3> pair{};
  for (const std::uint8_t byte : bytes) {
    std::snprintf(pair.data(), pair.size(), "%02x", byte);
    text += pair.data();
  }
  return text;
}

Bytes pattern_payload(std::size_t length) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>('a' + i % 26);
  return bytes;
}

std::uint16_t internet_checksum(std::span<const std::uint8_t> data, std::uint32_t start) {
  std::uint64_t sum = start;
  for (std::size_t i = 0; i < data.size(); ++i) {
    sum += std::uint64_t{data[i]} << (i % 2 == 0 ? 8 : 0);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t pseudo_header(std::span<const std::uint8_t> addresses, std::uint8_t protocol,
                            std::size_t length) {
  std::uint32_t sum = protocol + static_cast<std::uint32_t>(length);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    sum += std::uint32_t{addresses[i]} << (i % 2 == 0 ? 8 : 0);
  }
  return sum;
}

std::string default_macs(Side toward) {
  const std::string outside = "02:00:00:00:00:01";
  const std::string inside = "02:00:00:00:00:02";
  return toward == Side::inside ? outside + ">" + inside : inside + ">" + outside;
}

}  // namespace sekimori::test
