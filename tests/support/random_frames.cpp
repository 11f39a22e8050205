#include "tests/support/random_frames.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <vector>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/parse.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

/// " KEY=NUMBER".
std::string word(const char* key, std::uint64_t value) {
  return std::string{" "} + key + "=" + std::to_string(value);
}

/// The word, or once in a while none, for which the line has an ordinary value.
std::string maybe(Random& random, const std::string& text) {
  return one_in(random, 2) ? text : std::string{};
}

std::string random_ipv4(Random& random) {
  // Few networks, so that neighbours in a burst share addresses often.
  static constexpr std::array<std::uint32_t, 6> networks{1, 126, 128, 192, 198, 223};
  return std::to_string(networks[below(random, networks.size())]) + "." +
         std::to_string(below(random, 2) * 255) + "." + std::to_string(below(random, 3)) + ".";
}

/// Seldom 0, which no segment may have.
std::uint32_t random_port(Random& random) {
  static constexpr std::array<std::uint32_t, 5> usual{1, 80, 443, 4000, 65535};
  return one_in(random, 2) ? usual[below(random, usual.size())] : 1 + below(random, 65535);
}

std::string random_payload(Random& random) {
  static constexpr std::array<std::uint32_t, 12> lengths{1,  2,   3,   4,   7,   8,
                                                         33, 127, 128, 129, 536, 1447};
  if (one_in(random, 2)) return {};
  return word("len", lengths[below(random, lengths.size())]);
}

std::string random_hex(Random& random, std::size_t length) {
  Bytes bytes(length);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return to_hex(bytes);
}

/// Allowed by the protocol, with ECE and CWR as they come.
std::string random_flags(Random& random) {
  static constexpr std::array kinds{".", "P.", "S",  "S.",  "F.", "FP.",
                                    "R", "R.", "U.", "PU.", "SP"};
  static constexpr std::array ecn{"", "E", "W", "EW"};
  return std::string{" ["} + kinds[below(random, kinds.size())] +
         (one_in(random, 3) ? ecn[below(random, ecn.size())] : "") + "]";
}

std::string random_numbers(Random& random) {
  return word("seq", random()) + word("ack", random()) + word("win", below(random, 65536)) +
         maybe(random, word("urg", below(random, 65536))) +
         maybe(random, word("res", below(random, 16)));
}

std::string random_link(Random& random) {
  std::string link = maybe(random, "mac=02:00:00:00:11:" + std::to_string(10 + below(random, 90)) +
                                       ">02:00:00:00:22:01 ");
  if (one_in(random, 4)) link += "pad=" + std::to_string(below(random, 20)) + " ";
  if (one_in(random, 8)) link += "trailer=" + random_hex(random, 1 + below(random, 9)) + " ";
  return link;
}

/// A right segment over IPv4 with one more word, at the end or where the words of IP stand.
std::string ipv4_with(Random& random, const std::string& tcp_word, const std::string& ip_word = {},
                      const std::string& link_word = {}) {
  return link_word + random_link(random) + random_ipv4_ends(random) + ip_word + " tcp" +
         random_flags(random) + random_numbers(random) + random_tcp_options(random) + tcp_word +
         random_payload(random);
}

std::string with_wrong_addresses(Random& random) {
  static constexpr std::array ends{
      "0.1.2.3:4000 > 192.0.2.10:80",     "127.0.0.1:4000 > 192.0.2.10:80",
      "224.0.0.1:4000 > 192.0.2.10:80",   "255.255.255.255:4000 > 192.0.2.10:80",
      "192.0.2.10:4000 > 192.0.2.10:80",  "198.51.100.7:0 > 192.0.2.10:80",
      "198.51.100.7:4000 > 192.0.2.10:0", "198.51.100.7:4000 > 255.255.255.255:80",
      "198.51.100.7:4000 > 0.0.0.0:80"};
  return std::string{ends[below(random, ends.size())]} + " tcp" + random_flags(random) +
         random_numbers(random) + random_tcp_options(random) + random_payload(random);
}

std::string with_any_flags(Random& random) {
  static constexpr std::array letters{'F', 'S', 'R', 'P', '.', 'U', 'E', 'W'};
  std::string flags;
  for (const char letter : letters) {
    if (one_in(random, 2)) flags += letter;
  }
  return random_ipv4_ends(random) + " tcp [" + flags + "]" + random_numbers(random) +
         random_tcp_options(random) + random_payload(random);
}

std::string with_tags(Random& random) {
  std::string tags;
  for (std::uint32_t i = below(random, 3); i < 3; ++i) {
    tags += (one_in(random, 2) ? "vlan=" : "svlan=") + std::to_string(below(random, 65536)) + " ";
  }
  return ipv4_with(random, {}, {}, tags);
}

std::string with_ip_options(Random& random) {
  static constexpr std::array options{"01010101", "00",   "94040000", "8303",
                                      "8903",     "0701", "010100"};
  return ipv4_with(random, {}, std::string{" ipopt="} + options[below(random, options.size())]);
}

std::string as_fragment(Random& random) {
  std::string place = word("frag", below(random, 3) * 8);
  if (one_in(random, 2)) place += "+";
  return ipv4_with(random, {}, place);
}

std::string with_wrong_ipv6(Random& random) {
  static constexpr std::array ends{"[::]:4000 > [2001:db8::10]:80",
                                   "[::1]:4000 > [2001:db8::10]:80",
                                   "[::2]:4000 > [2001:db8::10]:80",
                                   "[::100]:4000 > [2001:db8::10]:80",
                                   "[1::1]:4000 > [2001:db8::10]:80",
                                   "[ff02::1]:4000 > [2001:db8::10]:80",
                                   "[::ffff:192.0.2.1]:4000 > [2001:db8::10]:80",
                                   "[1::ffff:192.0.2.1]:4000 > [1::ffff:192.0.2.2]:80",
                                   "[2001:db8::7]:4000 > [::ffff:192.0.2.1]:80",
                                   "[2001:db8::7]:4000 > [2001:db8::7]:80",
                                   "[2001:db8::7]:4000 > [2001:db9::7]:80",
                                   "[2001:db8::7]:0 > [2001:db8::10]:80",
                                   "[2001:db8::7]:4000 > [2001:db8::10]:80 ext=60:00010400000000"};
  return random_link(random) + ends[below(random, ends.size())] + " tcp" + random_flags(random) +
         random_numbers(random) + random_tcp_options(random) + random_payload(random);
}

std::string of_wrong_length(Random& random) {
  if (one_in(random, 3)) return ipv4_with(random, {}, word("ihl", below(random, 16)));
  if (one_in(random, 2)) return ipv4_with(random, word("off", below(random, 16)));
  return ipv4_with(random, {}, word("iplen", below(random, one_in(random, 2) ? 128 : 65536)));
}

std::string with_wrong_checksum(Random& random) {
  return one_in(random, 2) ? ipv4_with(random, " badsum") : ipv4_with(random, {}, " badip");
}

std::string with_wrong_options(Random& random) {
  static constexpr std::array options{
      " mss=1460 mss=1460", " opt=0801",  " opt=0203ff00", " opt=0500", " opt=02", " opt=0301",
      " opt=08090000",      " opt=fd00",  " opt=fdff0000", " ws=15",    " ws=255", " mss=0",
      " opt=05030000",      " opt=0402ff"};
  return random_ipv4_ends(random) + " tcp [.]" + random_numbers(random) +
         options[below(random, options.size())];
}

std::string not_tcp(Random& random) {
  static constexpr std::array lines{"198.51.100.7:53 > 192.0.2.10:53 udp len=40",
                                    "198.51.100.7 > 192.0.2.10 icmp 8/0 len=56",
                                    "198.51.100.7 > 192.0.2.10 proto=47 len=40",
                                    "[2001:db8::7]:53 > [2001:db8::10]:53 udp len=30",
                                    "ether=0x0806 len=46",
                                    "ether=0x0800 len=46",
                                    "ether=0x88cc len=60"};
  return lines[below(random, lines.size())];
}

/// Ends of IPv6 with the words of IP, both valid. As over IPv4, neighbours share addresses often.
std::string random_ipv6_ends(Random& random) {
  static constexpr std::array networks{"2001:db8::", "2001:db8:0:1::", "2001:db9::", "fe80::"};
  const auto end = [&random](std::uint32_t first) {
    std::string text{'['};
    text += networks[below(random, networks.size())];
    return text + std::to_string(first + below(random, 2)) +
           "]:" + std::to_string(random_port(random));
  };
  const std::string source = end(1);
  return source + " > " + end(3) + maybe(random, word("tos", below(random, 256))) +
         maybe(random, word("flow", below(random, 1U << 20))) +
         maybe(random, word("ttl", below(random, 256)));
}

std::string random_ends(Random& random) {
  return one_in(random, 3) ? random_ipv6_ends(random) : random_ipv4_ends(random);
}

using MakeLine = std::string (*)(Random&);
constexpr std::array<MakeLine, 18> kinds_of_frames{
    random_plain_tcp,     random_plain_tcp, random_plain_tcp, random_plain_tcp,
    random_plain_syn,     random_plain_syn, random_plain_syn, random_plain_syn,
    with_wrong_addresses, with_any_flags,   with_tags,        with_ip_options,
    as_fragment,          with_wrong_ipv6,  of_wrong_length,  with_wrong_checksum,
    with_wrong_options,   not_tcp};

Headers parse_copy(Bytes frame) {
  const auto length = static_cast<std::uint32_t>(frame.size());
  return parse({.data = frame.data(), .length = length, .capacity = length});
}

/// What a stack leaves to offload: the sum of the pseudo-header, not complemented.
void make_checksum_partial(Bytes& frame) {
  const Headers h = parse_copy(frame);
  if (h.kind != Kind::tcp || h.fault) return;
  const std::size_t addresses = 2 * (h.source.is_ipv4() ? sizeof(be32) : sizeof(Address));
  const std::size_t first = h.transport_offset - addresses;
  const std::size_t length = h.ip_end - h.transport_offset;
  std::uint32_t sum = pseudo_header(std::span{frame}.subspan(first, addresses), 6, length);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  const std::size_t at = h.transport_offset + offsetof(TcpHeader, checksum);
  frame[at] = static_cast<std::uint8_t>(sum >> 8);
  frame[at + 1] = static_cast<std::uint8_t>(sum);
}

/// Moves the checksum into the urgent pointer, so that what remains is a zero, written as one of
/// the two that one's complement has.
void make_checksum_zero(Bytes& frame, bool negative) {
  const Headers h = parse_copy(frame);
  if (h.kind != Kind::tcp || h.fault) return;
  auto& tcp = header_at<TcpHeader>(frame.data() + h.transport_offset);
  const std::uint16_t sum =
      checksum_fold(std::uint64_t{tcp.checksum.raw()} + tcp.urgent_pointer.raw());
  tcp.urgent_pointer = std::bit_cast<be16>(sum);
  tcp.checksum = be16{static_cast<std::uint16_t>(negative ? 0xffff : 0)};
}

void change_some_bytes(Random& random, Bytes& frame) {
  for (std::uint32_t i = below(random, 4); i < 4 && !frame.empty(); ++i) {
    // Most of what is read lies in front.
    const auto size = static_cast<std::uint32_t>(frame.size());
    const std::uint32_t at = below(random, one_in(random, 4) ? size : std::min(size, 80U));
    frame[at] = one_in(random, 2) ? static_cast<std::uint8_t>(random())
                                  : static_cast<std::uint8_t>(frame[at] ^ 1U << below(random, 8));
  }
}

}  // namespace

std::string random_ipv4_ends(Random& random) {
  return random_ipv4(random) + std::to_string(1 + below(random, 100)) + ":" +
         std::to_string(random_port(random)) + " > " + random_ipv4(random) +
         std::to_string(101 + below(random, 2)) + ":" + std::to_string(random_port(random)) +
         maybe(random, word("tos", below(random, 256))) +
         maybe(random, word("id", below(random, 65536))) +
         maybe(random, word("ttl", below(random, 256))) + maybe(random, " nodf");
}

std::string random_tcp_options(Random& random) {
  if (one_in(random, 3)) return {};
  std::vector<std::pair<std::string, std::size_t>> options{
      {word("mss", below(random, 65536)), 4},
      {word("ws", below(random, 16)), 3},
      {" sackok", 2},
      {" ts=" + std::to_string(random()) + "/" + std::to_string(random()), 10},
      {" sack=1000-2000", 10},
      {" sack=1-2,3-4", 18},
      {" nop", 1},
      {" nop nop", 2},
      {" opt=fd04beef", 4},
      {" eol", 1}};
  // SACK blocks come once.
  options.erase(options.begin() + (one_in(random, 2) ? 4 : 5));
  std::ranges::shuffle(options, random);
  std::string result;
  std::size_t length = 0;
  for (std::size_t i = below(random, 10); i > 0; --i) {
    const auto& [text, size] = options[i - 1];
    if (length + size > 40) continue;
    length += size;
    result += text;
  }
  return result;
}

std::string random_syn_options(Random& random) {
  switch (below(random, 6)) {
    case 0:
      return {};
    case 1:
      return random_tcp_options(random);
    case 2:
      return word("mss", 1200 + below(random, 400)) + " nop" + word("ws", below(random, 16)) +
             " nop nop sackok";
    default:
      return word("mss", one_in(random, 4) ? below(random, 65536) : 1460) +
             " sackok ts=" + std::to_string(random()) + "/0 nop" +
             word("ws", one_in(random, 4) ? below(random, 256) : 7);
  }
}

std::string random_plain_tcp(Random& random) {
  return random_link(random) + random_ends(random) + " tcp" + random_flags(random) +
         random_numbers(random) + random_tcp_options(random) + random_payload(random);
}

std::string random_plain_syn(Random& random) {
  return random_link(random) + random_ends(random) + " tcp [S" + (one_in(random, 4) ? "EW" : "") +
         "]" + random_numbers(random) + random_syn_options(random) +
         (one_in(random, 4) ? random_payload(random) : "");
}

Bytes random_frame(Random& random) {
  if (one_in(random, 30)) {
    Bytes noise(below(random, 130));
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
    return noise;
  }
  Bytes frame = frame_bytes(kinds_of_frames[below(random, kinds_of_frames.size())](random));
  switch (below(random, 12)) {
    case 0:
      frame.resize(below(random, static_cast<std::uint32_t>(frame.size()) + 1));
      break;
    case 1:
      make_checksum_partial(frame);
      break;
    case 2:
      make_checksum_zero(frame, one_in(random, 2));
      break;
    case 3:
      change_some_bytes(random, frame);
      break;
    case 4:
      change_some_bytes(random, frame);
      repair_checksums({.data = frame.data(), .length = static_cast<std::uint32_t>(frame.size())});
      break;
    default:
      break;
  }
  return frame;
}

ChecksumHint random_hint(Random& random) {
  static constexpr std::array hints{ChecksumHint::verify, ChecksumHint::verify, ChecksumHint::good,
                                    ChecksumHint::allow_partial};
  return hints[below(random, hints.size())];
}

void repair_checksums(Frame frame) {
  frame.checksum = ChecksumHint::good;
  const Headers headers = parse(frame);
  if (headers.ip_end == 0) return;
  std::uint8_t* ip = frame.data + headers.ip_offset;
  if (headers.ethertype == ethertype::ipv4) {
    auto& header = header_at<Ipv4Header>(ip);
    header.checksum = {};
    header.checksum = checksum_field(checksum_sum(ip, (header.version_ihl & 15U) * 4));
  }
  const std::uint32_t length = headers.ip_end - headers.transport_offset;
  std::uint8_t* transport = frame.data + headers.transport_offset;
  const auto put = [&](std::size_t at, std::uint64_t start) {
    if (length < at + 2) return;
    store(transport + at, be16{});
    store(transport + at, checksum_field(start + checksum_sum(transport, length)));
  };
  const std::uint64_t pseudo =
      pseudo_header_sum(headers.source, headers.destination, headers.protocol, length);
  if (headers.kind == Kind::tcp) put(16, pseudo);
  if (headers.kind == Kind::udp) put(6, pseudo);
  if (headers.kind == Kind::icmp) put(2, headers.source.is_ipv4() ? 0 : pseudo);
}

}  // namespace sekimori::test
