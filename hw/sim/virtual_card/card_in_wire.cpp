#include "hw/sim/virtual_card/card_in_wire.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "dataplane/packet/card_marks.hpp"

namespace sekimori {
namespace {

/// A bounded turn, so that neither direction keeps the other waiting.
constexpr int frames_a_turn = 64;

/// The next frame that waits, with the padding that a wire has.
std::optional<Bytes> receive(lab::PacketSocket& socket) {
  const auto frame = socket.receive();
  if (!frame) return std::nullopt;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame->data());
  Bytes padded(bytes, bytes + frame->size());
  padded.resize(std::max(padded.size(), KernelRow::shortest_frame));
  return padded;
}

void send(lab::PacketSocket& socket, const Bytes& frame) {
  socket.send(std::as_bytes(std::span{frame}));
}

}  // namespace

CardInWire::CardInWire(const std::string& wire, const std::string& host)
    : wire_(wire), host_(host), syn_cookie_(SynCookieKernel::open(kernels_.syn_cookie()).value()) {}

void CardInWire::pass_by(const Bytes& frame) {
  if (has_metadata(frame)) {
    ++counts_.refused;
    return;
  }
  ++counts_.passed;
  send(host_, frame);
}

void CardInWire::carry(std::uint64_t unix_ms) {
  for (int i = 0; i < frames_a_turn; ++i) {
    const auto frame = host_.receive();
    if (!frame) break;
    wire_.send(*frame);
  }
  std::vector<Bytes> arrived;
  for (int i = 0; i < frames_a_turn; ++i) {
    auto frame = receive(wire_);
    if (!frame) break;
    if (bypassed_) {
      pass_by(*frame);
    } else if (frame->size() > KernelRow::longest_frame) {
      ++counts_.refused;
    } else {
      arrived.push_back(std::move(*frame));
    }
  }
  if (arrived.empty()) return;
  counts_.judged += arrived.size();
  // The simulation is slower than time, so whatever the host lets the kernel's clock run by, it is
  // set for each turn.
  syn_cookie_.set_time(unix_ms, 0);
  const KernelRow::Left left = kernels_.run(std::move(arrived));
  for (const Bytes& frame : left.host) send(host_, frame);
  for (const Bytes& frame : left.wire) send(wire_, frame);
}

}  // namespace sekimori
