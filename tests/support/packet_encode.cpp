#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

/// A line that cannot be read; `encode_packet` turns it into an error.
[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument{why};
}

std::uint64_t number(const std::string& text) {
  std::size_t used = 0;
  std::uint64_t value = 0;
  try {
    value = std::stoull(text, &used, text.starts_with("0x") ? 16 : 10);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != text.size() || text.empty()) refuse("'" + text + "' is no number");
  return value;
}

/// Integers in network order, one behind the other.
class Writer {
 public:
  Writer& u8(std::uint64_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Writer& u16(std::uint64_t value) { return u8(value >> 8).u8(value); }
  Writer& u32(std::uint64_t value) { return u16(value >> 16).u16(value); }
  Writer& add(std::span<const std::uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }

  Bytes bytes;
};

void put16(Bytes& bytes, std::size_t at, std::uint64_t value) {
  bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
  bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

struct Endpoint {
  Bytes address;
  std::uint16_t port = 0;
};

Endpoint endpoint(std::string text) {
  Endpoint result;
  const bool bracketed = text.starts_with("[");
  const bool ipv4 =
      !bracketed && text.find('.') != std::string::npos && std::ranges::count(text, ':') <= 1;
  std::string port;
  if (bracketed) {
    const auto end = text.find(']');
    if (end == std::string::npos) refuse("'" + text + "' has no closing bracket");
    if (end + 1 < text.size()) port = text.substr(end + 2);
    text = text.substr(1, end - 1);
  } else if (const auto colon = text.find(':'); ipv4 && colon != std::string::npos) {
    port = text.substr(colon + 1);
    text.resize(colon);
  }
  if (!port.empty()) result.port = static_cast<std::uint16_t>(number(port));
  result.address.resize(ipv4 ? 4 : 16);
  if (inet_pton(ipv4 ? AF_INET : AF_INET6, text.c_str(), result.address.data()) != 1) {
    refuse("'" + text + "' is no address");
  }
  return result;
}

/// The words of one packet with the ways to ask for them; every word has to be asked for.
class Line {
 public:
  explicit Line(std::string_view text) : words_(split_words(text)), used_(words_.size()) {
    if (const auto bar = text.find('|'); bar != std::string_view::npos)
      quoted = text.substr(bar + 1);
  }

  std::optional<std::string> find(std::string_view key) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].key == key && !used_[i]) {
        used_[i] = true;
        return words_[i].value;
      }
    }
    return std::nullopt;
  }
  bool has(std::string_view key) { return find(key).has_value(); }
  std::uint64_t number_or(std::string_view key, std::uint64_t otherwise) {
    const auto text = find(key);
    return text ? number(*text) : otherwise;
  }
  /// The words of `keys`, in the order of the line.
  std::vector<Word> all_of(std::span<const std::string_view> keys) {
    std::vector<Word> found;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (used_[i] || std::ranges::find(keys, words_[i].key) == keys.end()) continue;
      used_[i] = true;
      found.push_back(words_[i]);
    }
    return found;
  }
  void require_all_used() const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (!used_[i]) refuse("the word '" + words_[i].key + "' has no meaning here");
    }
  }

  std::string quoted;

 private:
  std::vector<Word> words_;
  std::vector<bool> used_;
};

Bytes payload(Line& line) {
  if (const auto text = line.find("data")) return {text->begin(), text->end()};
  if (const auto text = line.find("hex")) return from_hex(*text);
  return pattern_payload(line.number_or("len", 0));
}

std::uint8_t tcp_flags(const std::string& letters) {
  static const std::map<char, std::uint8_t> bits{{'F', 1},  {'S', 2},  {'R', 4},  {'P', 8},
                                                 {'.', 16}, {'U', 32}, {'E', 64}, {'W', 128}};
  std::uint8_t flags = 0;
  for (const char letter : letters) {
    const auto bit = bits.find(letter);
    if (bit == bits.end()) refuse("TCP has no flag '" + std::string{letter} + "'");
    flags |= bit->second;
  }
  return flags;
}

/// "a<separator>b" as two numbers.
std::pair<std::uint64_t, std::uint64_t> two(const std::string& text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string::npos) refuse("'" + text + "' lacks a '" + separator + "'");
  return {number(text.substr(0, at)), number(text.substr(at + 1))};
}

Bytes tcp_options(Line& line) {
  static constexpr std::array<std::string_view, 8> keys{"mss",  "ws",  "sackok", "ts",
                                                        "sack", "nop", "eol",    "opt"};
  Writer w;
  for (const Word& word : line.all_of(keys)) {
    if (word.key == "mss") w.u8(2).u8(4).u16(number(word.value));
    if (word.key == "ws") w.u8(3).u8(3).u8(number(word.value));
    if (word.key == "sackok") w.u8(4).u8(2);
    if (word.key == "nop") w.u8(1);
    if (word.key == "eol") w.u8(0);
    if (word.key == "opt") w.add(from_hex(word.value));
    if (word.key == "ts") {
      const auto [value, echo] = two(word.value, '/');
      w.u8(8).u8(10).u32(value).u32(echo);
    }
    if (word.key == "sack") {
      const auto blocks = static_cast<std::size_t>(std::ranges::count(word.value, ',') + 1);
      w.u8(5).u8(2 + 8 * blocks);
      std::size_t from = 0;
      for (std::size_t i = 0; i < blocks; ++i) {
        const auto comma = word.value.find(',', from);
        const auto [left, right] = two(word.value.substr(from, comma - from), '-');
        w.u32(left).u32(right);
        from = comma + 1;
      }
    }
  }
  while (w.bytes.size() % 4 != 0) w.u8(0);
  return w.bytes;
}

/// Fills a checksum in, wrong if the line wants it so.
void put_checksum(Line& line, Bytes& bytes, std::size_t at, std::uint32_t start) {
  std::uint16_t sum = internet_checksum(bytes, start);
  if (line.has("badsum")) sum ^= 0x1234;
  put16(bytes, at, sum);
}

using Pseudo = std::function<std::uint32_t(std::uint8_t protocol, std::size_t length)>;

Bytes tcp(Line& line, std::uint16_t source, std::uint16_t destination, const Pseudo& pseudo) {
  const Bytes options = tcp_options(line);
  const auto flags = tcp_flags(line.find("flags").value_or("."));
  Writer w;
  w.u16(source).u16(destination).u32(line.number_or("seq", 0)).u32(line.number_or("ack", 0));
  w.u8(line.number_or("off", 5 + options.size() / 4) << 4 | line.number_or("res", 0));
  w.u8(flags).u16(line.number_or("win", 65535)).u16(0).u16(line.number_or("urg", 0));
  w.add(options).add(payload(line));
  put_checksum(line, w.bytes, 16, pseudo(6, w.bytes.size()));
  return w.bytes;
}

Bytes udp(Line& line, std::uint16_t source, std::uint16_t destination, const Pseudo& pseudo) {
  const Bytes data = payload(line);
  Writer w;
  w.u16(source).u16(destination).u16(line.number_or("udplen", 8 + data.size())).u16(0).add(data);
  if (line.has("nosum")) return w.bytes;
  put_checksum(line, w.bytes, 6, pseudo(17, w.bytes.size()));
  if (w.bytes[6] == 0 && w.bytes[7] == 0) put16(w.bytes, 6, 0xffff);
  return w.bytes;
}

struct IpPacket {
  bool ipv4 = false;
  Bytes bytes;
};

IpPacket ip_packet(Line& line);

Bytes icmp(Line& line, bool ipv4, const Pseudo& pseudo) {
  const auto [type, code] = two(line.find("type").value_or("8/0"), '/');
  Writer w;
  w.u8(type).u8(code).u16(0);
  if (const auto mtu = line.find("mtu")) {
    w.u32(number(*mtu));
  } else {
    w.u16(line.number_or("echoid", 0)).u16(line.number_or("echoseq", 0));
  }
  if (line.quoted.empty()) {
    w.add(payload(line));
  } else {
    Line inner{line.quoted};
    Bytes quoted = ip_packet(inner).bytes;
    quoted.resize(std::min<std::size_t>(quoted.size(), line.number_or("quote", quoted.size())));
    w.add(quoted);
  }
  put_checksum(line, w.bytes, 2, ipv4 ? 0 : pseudo(58, w.bytes.size()));
  return w.bytes;
}

struct Transport {
  std::uint8_t protocol = 0;
  Bytes bytes;
};

Transport transport(Line& line, const Endpoint& from, const Endpoint& to) {
  Bytes addresses = from.address;
  addresses.insert(addresses.end(), to.address.begin(), to.address.end());
  const Pseudo pseudo = [&](std::uint8_t protocol, std::size_t length) {
    return pseudo_header(addresses, protocol, length);
  };
  const bool ipv4 = from.address.size() == 4;
  if (line.has("tcp")) return {6, tcp(line, from.port, to.port, pseudo)};
  if (line.has("udp")) return {17, udp(line, from.port, to.port, pseudo)};
  if (line.has("icmp")) {
    return {static_cast<std::uint8_t>(ipv4 ? 1 : 58), icmp(line, ipv4, pseudo)};
  }
  const auto protocol = line.find("proto");
  if (!protocol) refuse("the packet has no 'tcp', 'udp', 'icmp' or 'proto='");
  return {static_cast<std::uint8_t>(number(*protocol)), payload(line)};
}

/// "1480+" as offset and whether more fragments follow.
struct FragmentPlace {
  bool present = false;
  bool more = false;
  std::uint64_t offset = 0;
};

FragmentPlace fragment_place(Line& line) {
  auto text = line.find("frag");
  if (!text) return {};
  FragmentPlace place{.present = true, .more = text->ends_with("+")};
  if (place.more) text->pop_back();
  place.offset = number(*text);
  return place;
}

Bytes ipv4_packet(Line& line, const Endpoint& from, const Endpoint& to, const Transport& inner) {
  Bytes options = from_hex(line.find("ipopt").value_or(""));
  options.resize((options.size() + 3) / 4 * 4);
  const std::size_t header = 20 + options.size();
  const FragmentPlace fragment = fragment_place(line);
  std::uint64_t place = fragment.offset / 8 | (fragment.more ? 0x2000U : 0U);
  if (!line.has("nodf") && !fragment.present) place |= 0x4000;
  Writer w;
  w.u8(line.number_or("ver", 4) << 4 | line.number_or("ihl", header / 4));
  w.u8(line.number_or("tos", 0)).u16(line.number_or("iplen", header + inner.bytes.size()));
  w.u16(line.number_or("id", 0)).u16(place).u8(line.number_or("ttl", 64)).u8(inner.protocol);
  w.u16(0).add(from.address).add(to.address).add(options);
  std::uint16_t sum = internet_checksum(w.bytes);
  if (line.has("badip")) sum ^= 0x1234;
  put16(w.bytes, 10, sum);
  return w.add(inner.bytes).bytes;
}

Bytes ipv6_packet(Line& line, const Endpoint& from, const Endpoint& to, const Transport& inner) {
  // Each header as its number and its bytes after the first, which names the header that follows.
  std::vector<std::pair<std::uint8_t, Bytes>> headers;
  static constexpr std::array<std::string_view, 1> ext{"ext"};
  for (const Word& word : line.all_of(ext)) {
    const auto colon = word.value.find(':');
    if (colon == std::string::npos) refuse("'ext=" + word.value + "' lacks a ':'");
    headers.emplace_back(static_cast<std::uint8_t>(number(word.value.substr(0, colon))),
                         from_hex(word.value.substr(colon + 1)));
  }
  if (const FragmentPlace fragment = fragment_place(line); fragment.present) {
    Writer w;
    w.u8(0).u16(fragment.offset | (fragment.more ? 1U : 0U)).u32(line.number_or("fragid", 0));
    headers.emplace_back(std::uint8_t{44}, w.bytes);
  }
  Writer chain;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    chain.u8(i + 1 < headers.size() ? headers[i + 1].first : inner.protocol).add(headers[i].second);
  }
  Writer w;
  w.u32(line.number_or("ver", 6) << 28 | line.number_or("tos", 0) << 20 |
        line.number_or("flow", 0));
  w.u16(line.number_or("iplen", chain.bytes.size() + inner.bytes.size()));
  w.u8(headers.empty() ? inner.protocol : headers.front().first).u8(line.number_or("ttl", 64));
  return w.add(from.address).add(to.address).add(chain.bytes).add(inner.bytes).bytes;
}

IpPacket ip_packet(Line& line) {
  const auto source = line.find("source");
  const auto destination = line.find("destination");
  if (!source || !destination) refuse("the packet has no 'SOURCE > DESTINATION'");
  const Endpoint from = endpoint(*source);
  const Endpoint to = endpoint(*destination);
  if (from.address.size() != to.address.size()) refuse("the addresses are of two families");
  const Transport inner = transport(line, from, to);
  const bool ipv4 = from.address.size() == 4;
  IpPacket packet{
      .ipv4 = ipv4,
      .bytes = ipv4 ? ipv4_packet(line, from, to, inner) : ipv6_packet(line, from, to, inner)};
  line.require_all_used();
  return packet;
}

/// "02:..:01>02:..:02" as destination and source, as they lie in the frame.
Bytes mac_bytes(std::string text) {
  std::erase(text, ':');
  if (text.size() != 25 || text[12] != '>') refuse("MAC addresses are written SOURCE>DESTINATION");
  return from_hex(text.substr(13) + text.substr(0, 12));
}

Bytes encode(std::string_view text, Side toward) {
  if (const auto first = text.find_first_not_of(' ');
      first != std::string_view::npos && text.substr(first).starts_with("raw ")) {
    return from_hex(text.substr(first + 4));
  }
  Line line{text};
  Writer w;
  w.add(mac_bytes(line.find("mac").value_or(default_macs(toward))));
  static constexpr std::array<std::string_view, 2> tags{"vlan", "svlan"};
  for (const Word& tag : line.all_of(tags)) {
    w.u16(tag.key == "vlan" ? 0x8100 : 0x88a8).u16(number(tag.value));
  }
  Bytes behind = from_hex(line.find("trailer").value_or(""));
  behind.resize(behind.size() + line.number_or("pad", 0));
  const std::uint64_t cut = line.number_or("cut", 1U << 30);
  if (const auto type = line.find("ether")) {
    w.u16(number(*type)).add(payload(line));
    line.require_all_used();
  } else {
    const IpPacket packet = ip_packet(line);
    w.u16(packet.ipv4 ? 0x0800 : 0x86dd).add(packet.bytes);
  }
  w.add(behind);
  if (cut < w.bytes.size()) w.bytes.resize(cut);
  return w.bytes;
}

}  // namespace

tl::expected<Bytes, std::string> encode_packet(std::string_view line, Side toward) {
  try {
    return encode(line, toward);
  } catch (const std::exception& error) {
    return tl::unexpected<std::string>{error.what()};
  }
}

}  // namespace sekimori::test
