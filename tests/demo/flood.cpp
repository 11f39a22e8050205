#include "tests/demo/flood.hpp"

#include <pcap/pcap.h>

#include <memory>
#include <random>
#include <span>

#include "common/clock.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/flood_syn.hpp"

namespace sekimori::demo {
namespace {

namespace fs = std::filesystem;
using lab::FloodSyn;
using lab::LabError;

// trafgen takes long to read large captures, so several of them send a part of the flood each. By a
// capture's times the flood is even, as one from many sources is.
constexpr std::uint64_t packets_per_capture = 16'384;

FloodSyn random_syn(const FloodSyn& common, std::mt19937& random) {
  FloodSyn syn = common;
  const std::span ip = std::span(syn).subspan(lab::flood_syn_ipv4);
  const std::span tcp = std::span(syn).subspan(lab::flood_syn_tcp);
  const auto bits = static_cast<std::uint32_t>(random());
  lab::store16(ip, 4, bits >> 16);
  lab::store32(ip, 12,
               lab::first_spoofed_source |
                   (static_cast<std::uint32_t>(random()) & lab::spoofed_source_mask));
  lab::store16(tcp, 0, 1024 + (bits & 0x7fff));
  lab::store32(tcp, 4, static_cast<std::uint32_t>(random()));
  lab::store16(ip, 10, lab::checksum(lab::ipv4_sum(syn)));
  lab::store16(tcp, 16, lab::checksum(lab::tcp_sum(syn)));
  return syn;
}

void write_capture(const fs::path& path, const FloodSyn& common, std::uint64_t count,
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
    const FloodSyn syn = random_syn(common, random);
    const std::uint64_t at_us = span_us * i / count;
    pcap_pkthdr header{};
    header.ts.tv_sec = static_cast<time_t>(1 + at_us / 1'000'000);
    header.ts.tv_usec = static_cast<suseconds_t>(at_us % 1'000'000);
    header.caplen = header.len = static_cast<bpf_u_int32>(syn.size());
    pcap_dump(reinterpret_cast<u_char*>(file.get()), &header, syn.data());
  }
}

}  // namespace

Flood::Flood(const lab::Lab& lab, const FloodOptions& options)
    : leaving_(lab.client_port(), std::string("src net ") + lab::spoofed_sources,
               lab::PacketSocket::Sees::both_ways),
      duration_(options.duration) {
  const fs::path folder = lab.run().directory();
  const std::uint64_t total =
      std::uint64_t{options.rate_pps} * static_cast<std::uint64_t>(options.duration.count());
  const std::uint64_t captures = (total + packets_per_capture - 1) / packets_per_capture;
  const FloodSyn common =
      lab::common_flood_syn(lab.client_port(), lab.server_port(), options.target);
  std::mt19937 random{options.seed};
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < captures; ++i) {
    names.push_back("flood" + std::to_string(i));
    write_capture(folder / (names.back() + ".pcap"), common, total / captures, options.duration,
                  random);
  }
  began_unix_ms_ = read_clock().unix_ms();
  for (const std::string& name : names) {
    // The path through the queueing discipline (-q) is the one that packet sockets see. One sender
    // forks no further (--cpus 1).
    senders_.emplace_back(
        *lab.client_port().where,
        std::vector<std::string>{"trafgen", "--dev", lab.client_port().interface, "--in",
                                 (folder / (name + ".pcap")).string(), "--cpus", "1", "-q",
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
