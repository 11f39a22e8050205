// Any bytes may stand where TCP options do.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/tcp_options.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekimori;
  const std::size_t length = std::min(sizeof(TcpHeader) + size, max_tcp_header);
  // A block of just this size, so that a sanitizer sees one byte too many.
  const auto header = std::make_unique<std::uint8_t[]>(length);
  std::copy_n(data, length - sizeof(TcpHeader), header.get() + sizeof(TcpHeader));
  TcpOptions options;
  if (!parse_tcp_options({header.get(), length}, options)) return 0;
  if (options.window_scale != no_window_scale && options.window_scale > max_window_scale) {
    std::abort();
  }
  if (options.sack_blocks > 4) std::abort();
  return 0;
}
