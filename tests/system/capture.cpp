#include "tests/system/capture.hpp"

#include <pcap/pcap.h>

#include <array>
#include <memory>

#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

constexpr int longest_frame = 1 << 16;

struct Close {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
  void operator()(pcap_dumper_t* dumper) const { pcap_dump_close(dumper); }
};

}  // namespace

void write_capture(const std::string& path, const std::vector<test::Bytes>& frames) {
  const std::unique_ptr<pcap_t, Close> format{pcap_open_dead(DLT_EN10MB, longest_frame)};
  const std::unique_ptr<pcap_dumper_t, Close> file{pcap_dump_open(format.get(), path.c_str())};
  if (file == nullptr) throw LabError(pcap_geterr(format.get()));
  for (const test::Bytes& frame : frames) {
    const auto length = static_cast<bpf_u_int32>(frame.size());
    const pcap_pkthdr header{.ts = {}, .caplen = length, .len = length};
    pcap_dump(reinterpret_cast<u_char*>(file.get()), &header, frame.data());
  }
}

std::vector<test::Bytes> read_capture(const std::string& path) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  const std::unique_ptr<pcap_t, Close> file{pcap_open_offline(path.c_str(), error.data())};
  if (file == nullptr) throw LabError(path + ": " + error.data());
  std::vector<test::Bytes> frames;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (pcap_next_ex(file.get(), &header, &data) == 1) {
    frames.emplace_back(data, data + header->caplen);
  }
  return frames;
}

}  // namespace sekimori::lab
