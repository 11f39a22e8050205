// Any bytes may have been sampled. Their headers are read within them, and what is shown of them is
// text of a bounded length without control characters.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "control/diagnose/packet_view.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekimori;
  // A block of just this size, so that a sanitizer sees one byte too many.
  const auto frame = std::make_unique<std::uint8_t[]>(size);
  std::copy_n(data, size, frame.get());
  const PacketView view = read_packet({frame.get(), size});

  require(!view.has_ports || view.is_ip);
  require(!view.is_tcp || view.is_ip);
  if (view.kind == PacketClass::syn) require(view.is_tcp && (view.tcp_flags & 0x12) == 0x02);
  if (view.kind == PacketClass::udp) require(view.protocol == 17);
  const std::string summary = summary_text(view, static_cast<std::uint32_t>(size));
  constexpr std::size_t longest = 200;
  require(summary.size() < longest);
  for (const char c : summary) require(c >= ' ' && c <= '~');
  require(hex_text({frame.get(), size}).size() == 2 * size);
  return 0;
}
