#include "dataplane/replay/capture_file.hpp"

#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/clock.hpp"

namespace sekimori {
namespace {

std::string link_name(int link) {
  const char* name = pcap_datalink_val_to_name(link);
  return name != nullptr ? name : std::to_string(link);
}

}  // namespace

void CaptureReader::Close::operator()(pcap* file) const {
  pcap_close(file);
}

tl::expected<CaptureReader, std::string> CaptureReader::open(const std::string& path) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_t* file = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO,
                                                         error.data());
  const auto failed = [&](const std::string& why) {
    return tl::unexpected<std::string>{path + ": " + why};
  };
  if (file == nullptr) {
    const std::string why{error.data()};
    return why.starts_with(path) ? tl::unexpected<std::string>{why} : failed(why);
  }
  CaptureReader reader{file, path};
  if (const int link = pcap_datalink(file); link != DLT_EN10MB) {
    return failed("holds packets of link type " + link_name(link) +
                  ", and only Ethernet (EN10MB) can be replayed");
  }
  reader.next();
  return reader;
}

void CaptureReader::next() {
  front_.reset();
  if (!fault_.empty()) return;
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* data = nullptr;
  const int result = pcap_next_ex(file_.get(), &header, &data);
  if (result == PCAP_ERROR_BREAK) return;
  if (result != 1) {
    fault_ = pcap_geterr(file_.get());
    return;
  }
  if (header->caplen > max_captured_bytes) {
    fault_ = "a packet of " + std::to_string(header->caplen) + " bytes is longer than any frame";
    return;
  }
  // libpcap keeps nanoseconds in the field for microseconds when asked for that precision.
  front_ = CapturedPacket{
      .unix_ns = static_cast<std::uint64_t>(header->ts.tv_sec) * ns_per_s +
                 static_cast<std::uint64_t>(header->ts.tv_usec),
      .bytes = {data, header->caplen},
      .wire_length = header->len,
  };
}

void CaptureWriter::Close::operator()(pcap* file) const {
  pcap_close(file);
}

void CaptureWriter::Close::operator()(pcap_dumper* file) const {
  pcap_dump_close(file);
}

tl::expected<CaptureWriter, std::string> CaptureWriter::create(const std::string& path) {
  CaptureWriter writer;
  writer.path_ = path;
  writer.format_.reset(pcap_open_dead_with_tstamp_precision(DLT_EN10MB, max_captured_bytes,
                                                            PCAP_TSTAMP_PRECISION_NANO));
  if (writer.format_ == nullptr) return tl::unexpected<std::string>{path + ": out of memory"};
  writer.file_.reset(pcap_dump_open(writer.format_.get(), path.c_str()));
  if (writer.file_ == nullptr) {
    const std::string why{pcap_geterr(writer.format_.get())};
    return tl::unexpected<std::string>{why.starts_with(path) ? why : path + ": " + why};
  }
  return writer;
}

void CaptureWriter::write(std::uint64_t unix_ns, std::span<const std::uint8_t> bytes) {
  const auto length = static_cast<bpf_u_int32>(bytes.size());
  pcap_pkthdr header{};
  header.ts.tv_sec = static_cast<decltype(header.ts.tv_sec)>(unix_ns / ns_per_s);
  header.ts.tv_usec = static_cast<decltype(header.ts.tv_usec)>(unix_ns % ns_per_s);
  header.caplen = length;
  header.len = length;
  pcap_dump(reinterpret_cast<std::uint8_t*>(file_.get()), &header, bytes.data());
}

tl::expected<void, std::string> CaptureWriter::flush() {
  if (pcap_dump_flush(file_.get()) == 0) return {};
  return tl::unexpected<std::string>{path_ + ": " + std::strerror(errno)};
}

}  // namespace sekimori
