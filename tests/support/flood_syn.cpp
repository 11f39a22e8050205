#include "tests/support/flood_syn.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/support/errors.hpp"
#include "tests/support/lab.hpp"

namespace sekimori::lab {
namespace {

std::array<std::uint8_t, 6> parse_mac(const std::string& text) {
  std::array<unsigned, 6> parts{};
  if (std::sscanf(text.c_str(), "%x:%x:%x:%x:%x:%x", &parts[0], &parts[1], &parts[2], &parts[3],
                  &parts[4], &parts[5]) != 6) {
    throw LabError("'" + text + "' is no Ethernet address");
  }
  std::array<std::uint8_t, 6> mac{};
  std::transform(parts.begin(), parts.end(), mac.begin(),
                 [](unsigned part) { return static_cast<std::uint8_t>(part); });
  return mac;
}

// RFC 1071, over whole 16-bit words.
std::uint32_t sum_words(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  }
  return sum;
}

}  // namespace

void store16(std::span<std::uint8_t> bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void store32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  store16(bytes, at, value >> 16);
  store16(bytes, at + 2, value & 0xffff);
}

FloodSyn common_flood_syn(const Port& from, const Port& to, const std::string& target) {
  FloodSyn syn{};
  std::ranges::copy(parse_mac(mac_address(to)), syn.begin());
  std::ranges::copy(parse_mac(mac_address(from)), syn.begin() + 6);
  store16(syn, 12, 0x0800);
  const std::span ip = std::span(syn).subspan(flood_syn_ipv4, flood_syn_tcp - flood_syn_ipv4);
  ip[0] = 0x45;
  store16(ip, 2, static_cast<unsigned>(ip.size() + flood_syn_tcp_length));
  store16(ip, 6, 0x4000);  // don't fragment
  ip[8] = 64;
  ip[9] = IPPROTO_TCP;
  if (::inet_pton(AF_INET, target.c_str(), &ip[16]) != 1) {
    throw LabError("'" + target + "' is no IPv4 address");
  }
  const std::span tcp = std::span(syn).subspan(flood_syn_tcp, flood_syn_tcp_length);
  store16(tcp, 2, 80);
  tcp[12] = (flood_syn_tcp_length / 4) << 4;
  tcp[13] = 0x02;
  store16(tcp, 14, 64240);
  store32(tcp, 20, 0x020405b4);  // MSS 1460
  return syn;
}

FloodSyn common_flood_syn(const Port& from, const Port& to) {
  return common_flood_syn(from, to, Lab::server_ipv4);
}

std::uint32_t ipv4_sum(const FloodSyn& syn) {
  return sum_words(std::span(syn).subspan(flood_syn_ipv4, flood_syn_tcp - flood_syn_ipv4));
}

std::uint32_t tcp_sum(const FloodSyn& syn) {
  const std::uint32_t addresses = sum_words(std::span(syn).subspan(flood_syn_tcp - 8, 8));
  return addresses + IPPROTO_TCP + flood_syn_tcp_length +
         sum_words(std::span(syn).subspan(flood_syn_tcp, flood_syn_tcp_length));
}

std::uint16_t checksum(std::uint32_t sum) {
  while (sum > 0xffff) {
    sum = (sum >> 16) + (sum & 0xffff);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace sekimori::lab
