// Any bytes may come in as a frame: the parser reads none behind them, and what it says of them
// holds.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "dataplane/packet/parse.hpp"

namespace {

using namespace sekimori;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Frame& frame) {
  const Headers headers = parse(frame);
  if (headers.fault || headers.kind == Kind::not_ip) return;
  require(headers.addressed);
  require(headers.ip_end <= frame.length);
  if (headers.kind == Kind::unparsed) return;
  require(headers.transport_offset <= headers.ip_end);
  if (headers.kind != Kind::tcp) return;
  require(headers.payload_offset <= headers.ip_end);
  require(headers.payload_offset <= parse_window);
  const unsigned header_length = headers.payload_offset - headers.transport_offset;
  const TcpOptions& options = headers.options;
  require(header_length >= sizeof(TcpHeader) && header_length <= max_tcp_header);
  require(options.mss_offset + 4U <= header_length);
  require(options.timestamps_offset + 10U <= header_length);
  require(options.sack_offset + 2U + 8U * options.sack_blocks <= header_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 9018;
  if (size > longest) return 0;
  for (const ChecksumHint hint :
       {ChecksumHint::verify, ChecksumHint::good, ChecksumHint::allow_partial}) {
    // A block of just this size: the parser needs no room behind the frame.
    const auto block = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(data, size, block.get());
    const auto length = static_cast<std::uint32_t>(size);
    check({.data = block.get(), .length = length, .capacity = length, .checksum = hint});
  }
  return 0;
}
