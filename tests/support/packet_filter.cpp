#include "tests/support/packet_filter.hpp"

#include "tests/support/errors.hpp"

namespace sekimori::lab {

PacketFilter::PacketFilter(const std::string& expression) {
  constexpr int longest_frame = 1 << 16;
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> compiler{
      pcap_open_dead(DLT_EN10MB, longest_frame), &pcap_close};
  bpf_program program{};
  if (pcap_compile(compiler.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    throw LabError("filter '" + expression + "': " + pcap_geterr(compiler.get()));
  }
  program_.reset(new bpf_program(program));
}

void PacketFilter::Free::operator()(bpf_program* program) const {
  pcap_freecode(program);
  delete program;
}

bool PacketFilter::matches(std::span<const std::byte> frame) const {
  pcap_pkthdr header{};
  header.len = static_cast<bpf_u_int32>(frame.size());
  header.caplen = header.len;
  return pcap_offline_filter(program_.get(), &header,
                             reinterpret_cast<const u_char*>(frame.data())) != 0;
}

}  // namespace sekimori::lab
