#include "bench/suffix/names.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <unordered_set>

namespace sekimori::bench {
namespace {

constexpr std::size_t public_suffixes = 300;

std::string letters(std::mt19937& random, std::size_t least, std::size_t most) {
  std::string text(least + random() % (most - least + 1), 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

/// A header that says that there is one question, and the question.
std::vector<std::uint8_t> message_about(const DnsName& name) {
  constexpr std::size_t header = 12;
  constexpr std::size_t type_and_class = 4;
  std::vector<std::uint8_t> message(header + name.length + type_and_class);
  message[5] = 1;
  std::copy_n(name.bytes.begin(), name.length, message.begin() + header);
  return message;
}

}  // namespace

NameWorld make_names(std::size_t suffixes, std::size_t messages) {
  std::mt19937 random{7};
  std::vector<std::string> tops;
  for (std::size_t i = 0; i < public_suffixes; ++i) {
    std::string top = letters(random, 2, 6);
    if (random() % 4 == 0) top.insert(0, letters(random, 2, 3) + '.');
    tops.push_back(std::move(top));
  }
  const auto domain = [&] { return letters(random, 4, 20) + '.' + tops[random() % tops.size()]; };

  NameWorld world;
  std::unordered_set<std::string> seen;
  while (world.suffixes.size() < suffixes) {
    const std::string suffix = domain();
    if (!seen.insert(suffix).second) continue;
    const auto value = static_cast<std::uint16_t>(1 + world.suffixes.size() % 65535);
    world.suffixes.push_back({.suffix = DnsName::from_text(suffix).value(), .value = value});
  }
  constexpr std::array<const char*, 5> hosts{"www", "mail", "api", "cdn", "ns1"};
  for (std::size_t i = 0; i < messages; ++i) {
    std::string name =
        random() % 2 == 0 ? world.suffixes[random() % suffixes].suffix.to_text() : domain();
    if (random() % 4 == 0) name.insert(0, letters(random, 3, 8) + '.');
    name.insert(0, std::string{hosts[random() % hosts.size()]} + '.');
    world.messages.push_back(message_about(DnsName::from_text(name).value()));
  }
  return world;
}

}  // namespace sekimori::bench
