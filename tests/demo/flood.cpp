#include "tests/demo/flood.hpp"

#include <arpa/inet.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <span>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::demo {
namespace {

namespace fs = std::filesystem;
using lab::LabError;

constexpr std::size_t ethernet_length = 14;
constexpr std::size_t ipv4_length = 20;
constexpr std::size_t tcp_length = 24;
constexpr std::size_t frame_length = ethernet_length + ipv4_length + tcp_length;

// trafgen takes long to read large captures, so several of them send a part of the flood each. A
// capture's times have the flood come in small groups, not as one burst a second.
constexpr std::uint64_t packets_per_capture = 16'384;
constexpr std::uint64_t packets_per_group = 4;

using Frame = std::array<std::uint8_t, frame_length>;

void store16(std::span<std::uint8_t> bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void store32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  store16(bytes, at, value >> 16);
  store16(bytes, at + 2, value & 0xffff);
}

// RFC 1071, over whole 16-bit words.
unsigned sum_words(std::span<const std::uint8_t> bytes) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<unsigned>(bytes[i] << 8 | bytes[i + 1]);
  }
  return sum;
}

unsigned checksum(unsigned sum) {
  while (sum > 0xffff) {
    sum = (sum >> 16) + (sum & 0xffff);
  }
  return ~sum & 0xffff;
}

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

// What all SYNs of the flood have in common.
Frame common_syn(const lab::Lab& lab) {
  Frame frame{};
  std::ranges::copy(parse_mac(mac_address(lab.server_port())), frame.begin());
  std::ranges::copy(parse_mac(mac_address(lab.client_port())), frame.begin() + 6);
  store16(frame, 12, 0x0800);
  const std::span ip = std::span(frame).subspan(ethernet_length, ipv4_length);
  ip[0] = 0x45;
  store16(ip, 2, ipv4_length + tcp_length);
  store16(ip, 6, 0x4000);  // don't fragment
  ip[8] = 64;
  ip[9] = 6;
  ::inet_pton(AF_INET, lab::Lab::server_ipv4, &ip[16]);
  const std::span tcp = std::span(frame).subspan(ethernet_length + ipv4_length);
  store16(tcp, 2, 80);
  tcp[12] = (tcp_length / 4) << 4;
  tcp[13] = 0x02;
  store16(tcp, 14, 64240);
  store32(tcp, 20, 0x020405b4);  // MSS 1460
  return frame;
}

Frame random_syn(const Frame& common, std::mt19937& random) {
  Frame frame = common;
  const std::span ip = std::span(frame).subspan(ethernet_length, ipv4_length);
  const std::span tcp = std::span(frame).subspan(ethernet_length + ipv4_length);
  const auto bits = static_cast<std::uint32_t>(random());
  store16(ip, 4, bits >> 16);
  store32(ip, 12, 0xc6120000U | (static_cast<std::uint32_t>(random()) & 0x0001ffffU));
  store16(ip, 10, checksum(sum_words(ip)));
  store16(tcp, 0, 1024 + (bits & 0x7fff));
  store32(tcp, 4, static_cast<std::uint32_t>(random()));
  const unsigned pseudo_header = sum_words(ip.subspan(12, 8)) + 6 + tcp_length;
  store16(tcp, 16, checksum(pseudo_header + sum_words(tcp)));
  return frame;
}

void write_capture(const fs::path& path, const Frame& common, std::uint64_t count,
                   std::chrono::seconds duration, std::mt19937& random) {
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> format{pcap_open_dead(DLT_EN10MB, 65535),
                                                              &pcap_close};
  const std::unique_ptr<pcap_dumper_t, decltype(&pcap_dump_close)> file{
      pcap_dump_open(format.get(), path.c_str()), &pcap_dump_close};
  if (!file) {
    throw LabError(pcap_geterr(format.get()));
  }
  const auto span_us = static_cast<std::uint64_t>(std::chrono::microseconds(duration).count());
  for (std::uint64_t i = 0; i < count; ++i) {
    const Frame frame = random_syn(common, random);
    const std::uint64_t at_us = span_us * (i - i % packets_per_group) / count;
    pcap_pkthdr header{};
    header.ts.tv_sec = static_cast<time_t>(1 + at_us / 1'000'000);
    header.ts.tv_usec = static_cast<suseconds_t>(at_us % 1'000'000);
    header.caplen = header.len = frame_length;
    pcap_dump(reinterpret_cast<u_char*>(file.get()), &header, frame.data());
  }
}

}  // namespace

Flood::Flood(const lab::Lab& lab, const FloodOptions& options)
    : leaving_(lab.client_port(), std::string("src net ") + spoofed_sources,
               lab::PacketSocket::Sees::both_ways),
      duration_(options.duration) {
  const fs::path folder = lab.run().directory();
  const std::uint64_t total =
      std::uint64_t{options.rate_pps} * static_cast<std::uint64_t>(options.duration.count());
  const std::uint64_t captures = (total + packets_per_capture - 1) / packets_per_capture;
  const Frame common = common_syn(lab);
  std::mt19937 random{options.seed};
  for (std::uint64_t i = 0; i < captures; ++i) {
    const std::string name = "flood" + std::to_string(i);
    const fs::path capture = folder / (name + ".pcap");
    write_capture(capture, common, total / captures, options.duration, random);
    // The path through the queueing discipline (-q) is the one that packet sockets see. One sender
    // forks no further (--cpus 1).
    senders_.emplace_back(*lab.client_port().where,
                          std::vector<std::string>{"trafgen", "--dev", lab.client_port().interface,
                                                   "--in", capture.string(), "--cpus", "1", "-q",
                                                   "--no-sock-mem", "--no-cpu-stats"},
                          folder / (name + ".log"));
  }
  if (!lab::wait_until(std::chrono::seconds{20}, [this] { return offered() > 0; })) {
    throw LabError("trafgen sends nothing: " + senders_.front().output());
  }
}

void Flood::wait_for_end() {
  const lab::Deadline deadline{duration_ + std::chrono::seconds{10}};
  for (auto& sender : senders_) {
    if (!sender.wait(std::chrono::milliseconds{deadline.left_ms()})) {
      throw LabError("the flood does not end in time");
    }
  }
}

}  // namespace sekimori::demo
