#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

using View = std::span<const std::uint8_t>;

/// Reads past the end throw, and the frame is then shown raw.
std::uint64_t get(View bytes, std::size_t at, std::size_t length) {
  if (at + length > bytes.size()) throw std::out_of_range{"cut short"};
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8 | bytes[at + i];
  return value;
}

View from(View bytes, std::size_t at) {
  if (at > bytes.size()) throw std::out_of_range{"cut short"};
  return bytes.subspan(at);
}

/// A line under construction.
class Text {
 public:
  void word(const std::string& word) {
    if (!line.empty()) line += ' ';
    line += word;
  }
  void value(const std::string& key, std::uint64_t number) {
    word(key + "=" + std::to_string(number));
  }
  /// Only what is not as usual is worth a word.
  void unusual(const std::string& key, std::uint64_t number, std::uint64_t usual) {
    if (number != usual) value(key, number);
  }

  std::string line;
};

void put_payload(Text& text, View payload) {
  if (payload.empty()) return;
  const bool pattern = std::ranges::equal(payload, pattern_payload(payload.size()));
  const bool words =
      std::ranges::all_of(payload, [](std::uint8_t c) { return c > ' ' && c < 0x7f && c != '|'; });
  if (pattern && payload.size() > 16) {
    text.value("len", payload.size());
  } else if (words && payload.size() <= 64) {
    text.word("data=" + std::string{payload.begin(), payload.end()});
  } else {
    text.word("hex=" + to_hex(payload));
  }
}

std::string tcp_flag_letters(std::uint64_t flags) {
  static constexpr std::string_view letters = "FSRP.UEW";
  // The order in which people read them.
  static constexpr std::array<unsigned, 8> order{1, 0, 2, 3, 5, 6, 7, 4};
  std::string text;
  for (const unsigned bit : order) {
    if ((flags >> bit & 1) != 0) text += letters[bit];
  }
  return "[" + text + "]";
}

void put_tcp_option(Text& text, View option) {
  const std::uint64_t kind = option[0];
  if (kind == 2 && option.size() == 4) return text.value("mss", get(option, 2, 2));
  if (kind == 3 && option.size() == 3) return text.value("ws", get(option, 2, 1));
  if (kind == 4 && option.size() == 2) return text.word("sackok");
  if (kind == 8 && option.size() == 10) {
    return text.word("ts=" + std::to_string(get(option, 2, 4)) + "/" +
                     std::to_string(get(option, 6, 4)));
  }
  if (kind == 5 && option.size() > 2 && option.size() % 8 == 2) {
    std::string blocks;
    for (std::size_t at = 2; at < option.size(); at += 8) {
      blocks += (blocks.empty() ? "sack=" : ",") + std::to_string(get(option, at, 4)) + "-" +
                std::to_string(get(option, at + 4, 4));
    }
    return text.word(blocks);
  }
  text.word("opt=" + to_hex(option));
}

void put_tcp_options(Text& text, View options) {
  for (std::size_t at = 0; at < options.size();) {
    const View rest = options.subspan(at);
    const bool padding =
        rest.size() < 4 && std::ranges::all_of(rest, [](auto b) { return b == 0; });
    if (padding) return;
    if (rest[0] <= 1) {
      text.word(rest[0] == 0 ? "eol" : "nop");
      ++at;
      continue;
    }
    const std::size_t length = std::max<std::size_t>(1, rest.size() > 1 ? rest[1] : 1);
    put_tcp_option(text, rest.first(std::min(length, rest.size())));
    at += length;
  }
}

/// What the IP header says about the packet around a transport header.
struct Outer {
  Bytes addresses;
  std::uint8_t protocol = 0;
  bool fragment = false;
  /// A packet quoted by an ICMP error and cut: the bytes that are there, and those that were.
  std::optional<std::size_t> whole_length;

  [[nodiscard]] bool checksum_wrong(View transport, bool pseudo) const {
    if (whole_length && *whole_length > transport.size()) return false;
    const std::uint32_t start = pseudo ? pseudo_header(addresses, protocol, transport.size()) : 0;
    return internet_checksum(transport, start) != 0;
  }
};

void put_tcp(Text& text, View tcp, const Outer& outer) {
  text.word("tcp");
  if (outer.whole_length && *outer.whole_length > tcp.size() && tcp.size() < 20) {
    // Of a quoted segment that is cut behind its eighth byte, the rest is as the words leave it.
    text.value("seq", get(tcp, 4, 4));
    if (*outer.whole_length > 20) text.value("len", *outer.whole_length - 20);
    return;
  }
  const std::size_t header = (tcp[12] >> 4) * std::size_t{4};
  text.word(tcp_flag_letters(get(tcp, 13, 1)));
  text.value("seq", get(tcp, 4, 4));
  text.unusual("ack", get(tcp, 8, 4), 0);
  text.value("win", get(tcp, 14, 2));
  text.unusual("res", tcp[12] & 0xfU, 0);
  text.unusual("urg", get(tcp, 18, 2), 0);
  if (header < 20) {
    text.value("off", header / 4);
    put_payload(text, from(tcp, 20));
  } else {
    put_tcp_options(text, from(tcp, 20).first(std::min(header - 20, tcp.size() - 20)));
    put_payload(text, from(tcp, header));
  }
  if (outer.checksum_wrong(tcp, true)) text.word("badsum");
}

void put_udp(Text& text, View udp, const Outer& outer) {
  text.word("udp");
  text.unusual("udplen", get(udp, 4, 2), udp.size());
  put_payload(text, from(udp, 8));
  if (get(udp, 6, 2) == 0) {
    text.word("nosum");
  } else if (outer.checksum_wrong(udp, true)) {
    text.word("badsum");
  }
}

void put_ip(Text& text, View ip, bool quoted);

void put_icmp(Text& text, View icmp, const Outer& outer) {
  const std::uint64_t type = get(icmp, 0, 1);
  const bool ipv4 = outer.protocol == 1;
  text.word("icmp " + std::to_string(type) + "/" + std::to_string(get(icmp, 1, 1)));
  const bool too_big = ipv4 ? type == 3 && icmp[1] == 4 : type == 2;
  const bool error = ipv4 ? type == 3 || type == 11 || type == 12 : type < 128;
  if (too_big) {
    text.value("mtu", get(icmp, 4, 4));
  } else {
    text.unusual("echoid", get(icmp, 4, 2), 0);
    text.unusual("echoseq", get(icmp, 6, 2), 0);
  }
  if (!error) put_payload(text, from(icmp, 8));
  if (outer.checksum_wrong(icmp, !ipv4)) text.word("badsum");
  if (error) {
    const View rest = from(icmp, 8);
    text.value("quote", rest.size());
    text.word("|");
    put_ip(text, rest, true);
  }
}

std::string endpoint_text(View address, std::optional<std::uint64_t> port) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const bool ipv4 = address.size() == 4;
  inet_ntop(ipv4 ? AF_INET : AF_INET6, address.data(), buffer.data(), buffer.size());
  std::string text{buffer.data()};
  if (!port) return text;
  return (ipv4 ? text : "[" + text + "]") + ":" + std::to_string(*port);
}

void put_transport(Text& text, View transport, const Outer& outer) {
  if (!outer.fragment && outer.protocol == 6) return put_tcp(text, transport, outer);
  if (!outer.fragment && outer.protocol == 17) return put_udp(text, transport, outer);
  const bool icmp = outer.protocol == (outer.addresses.size() == 8 ? 1 : 58);
  if (!outer.fragment && icmp) return put_icmp(text, transport, outer);
  text.value("proto", outer.protocol);
  put_payload(text, transport);
}

void put_endpoints(Text& text, View transport, const Outer& outer) {
  const std::size_t half = outer.addresses.size() / 2;
  const bool ports = !outer.fragment && (outer.protocol == 6 || outer.protocol == 17);
  std::optional<std::uint64_t> source;
  std::optional<std::uint64_t> destination;
  if (ports) {
    source = get(transport, 0, 2);
    destination = get(transport, 2, 2);
  }
  const View addresses{outer.addresses};
  text.word(endpoint_text(addresses.first(half), source));
  text.word(">");
  text.word(endpoint_text(addresses.subspan(half), destination));
}

void put_ipv4(Text& text, View ip, bool quoted) {
  const std::size_t header = (ip[0] & 0xfU) * std::size_t{4};
  const std::size_t total = get(ip, 2, 2);
  if (header < 20 || total < header || (total > ip.size() && !quoted)) {
    throw std::out_of_range{"cut short"};
  }
  const std::uint64_t place = get(ip, 6, 2);
  Outer outer;
  outer.addresses.assign(ip.begin() + 12, ip.begin() + 20);
  outer.protocol = ip[9];
  outer.fragment = (place & 0x3fff) != 0;
  if (quoted) outer.whole_length = total - header;
  const View transport = from(ip, header).first(std::min(total, ip.size()) - header);
  put_endpoints(text, transport, outer);
  text.unusual("tos", ip[1], 0);
  text.unusual("id", get(ip, 4, 2), 0);
  text.unusual("ttl", ip[8], 64);
  if (outer.fragment) {
    text.word("frag=" + std::to_string((place & 0x1fff) * 8) + ((place & 0x2000) != 0 ? "+" : ""));
  } else if ((place & 0x4000) == 0) {
    text.word("nodf");
  }
  if (header > 20) text.word("ipopt=" + to_hex(ip.subspan(20, header - 20)));
  if (internet_checksum(ip.first(header)) != 0) text.word("badip");
  put_transport(text, transport, outer);
}

void put_ipv6(Text& text, View ip, bool quoted) {
  const std::size_t total = 40 + get(ip, 4, 2);
  if (total > ip.size() && !quoted) throw std::out_of_range{"cut short"};
  Outer outer;
  outer.addresses.assign(ip.begin() + 8, ip.begin() + 40);
  outer.protocol = ip[6];
  std::size_t at = 40;
  std::string extensions;
  while (outer.protocol == 0 || outer.protocol == 43 || outer.protocol == 60) {
    const std::size_t length = (get(ip, at + 1, 1) + 1) * 8;
    extensions +=
        " ext=" + std::to_string(outer.protocol) + ":" + to_hex(from(ip, at + 1).first(length - 1));
    outer.protocol = ip[at];
    at += length;
  }
  if (outer.protocol == 44) {
    const std::uint64_t place = get(ip, at + 2, 2);
    extensions += " frag=" + std::to_string(place & 0xfff8) + ((place & 1) != 0 ? "+" : "") +
                  " fragid=" + std::to_string(get(ip, at + 4, 4));
    outer.fragment = (place & 0xfff9) != 0;
    outer.protocol = ip[at];
    at += 8;
  }
  if (quoted) outer.whole_length = total - at;
  const View transport = from(ip, at).first(std::min(total, ip.size()) - at);
  put_endpoints(text, transport, outer);
  text.unusual("tos", get(ip, 0, 4) >> 20 & 0xff, 0);
  text.unusual("flow", get(ip, 0, 4) & 0xfffff, 0);
  text.unusual("ttl", ip[7], 64);
  text.line += extensions;
  put_transport(text, transport, outer);
}

void put_ip(Text& text, View ip, bool quoted) {
  if (get(ip, 0, 1) >> 4 == 4 && ip.size() >= 20) return put_ipv4(text, ip, quoted);
  if (ip[0] >> 4 == 6 && ip.size() >= 40) return put_ipv6(text, ip, quoted);
  throw std::out_of_range{"no IP packet"};
}

std::string mac_text(View frame) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(),
                "%02x:%02x:%02x:%02x:%02x:%02x>%02x:%02x:%02x:%02x:%02x:%02x", frame[6], frame[7],
                frame[8], frame[9], frame[10], frame[11], frame[0], frame[1], frame[2], frame[3],
                frame[4], frame[5]);
  return text.data();
}

std::string decode(View frame, Side toward) {
  Text text;
  if (frame.size() < 14) throw std::out_of_range{"cut short"};
  if (const std::string macs = mac_text(frame); macs != default_macs(toward)) {
    text.word("mac=" + macs);
  }
  std::size_t at = 12;
  std::uint64_t type = get(frame, at, 2);
  for (; type == 0x8100 || type == 0x88a8; type = get(frame, at, 2)) {
    text.value(type == 0x8100 ? "vlan" : "svlan", get(frame, at + 2, 2));
    at += 4;
  }
  at += 2;
  const View rest = frame.subspan(at);
  if (type != 0x0800 && type != 0x86dd) {
    std::array<char, 8> number{};
    std::snprintf(number.data(), number.size(), "0x%04x", static_cast<unsigned>(type));
    text.word(std::string{"ether="} + number.data());
    put_payload(text, rest);
    return text.line;
  }
  const std::size_t length = type == 0x0800 ? get(rest, 2, 2) : 40 + get(rest, 4, 2);
  if (rest.size() > length) {
    const View behind = rest.subspan(length);
    const bool zeros = std::ranges::all_of(behind, [](auto b) { return b == 0; });
    text.word(zeros ? "pad=" + std::to_string(behind.size()) : "trailer=" + to_hex(behind));
  }
  put_ip(text, rest.first(std::min(rest.size(), length)), false);
  return text.line;
}

}  // namespace

std::string decode_packet(std::span<const std::uint8_t> frame, Side toward) {
  std::string text;
  try {
    text = decode(frame, toward);
  } catch (const std::exception&) {
    return "raw " + to_hex(frame);
  }
  const auto again = encode_packet(text, toward);
  const bool same = again && std::ranges::equal(*again, frame);
  return same ? text : "raw " + to_hex(frame);
}

}  // namespace sekimori::test
