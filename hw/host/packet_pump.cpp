#include "hw/host/packet_pump.hpp"

#include <algorithm>
#include <cstring>

#include "hw/host/packet_mm2s_registers.hpp"
#include "hw/host/packet_s2mm_registers.hpp"

namespace sekimori {

namespace mm2s = packet_mm2s_registers;
namespace s2mm = packet_s2mm_registers;

namespace {

constexpr std::size_t beat_bytes = 64;
constexpr std::size_t metadata_bytes = 16;
constexpr std::uint8_t error_flag = 1;
constexpr std::size_t error_byte = 2;

std::size_t beats_of(std::size_t bytes) {
  return (bytes + beat_bytes - 1) / beat_bytes;
}

std::array<std::uint32_t, 2> address_words(const CardBuffer& buffer) {
  return {static_cast<std::uint32_t>(buffer.address()),
          static_cast<std::uint32_t>(buffer.address() >> 32)};
}

/// The frames as they lie in memory: a beat with the length in front of each.
std::vector<std::uint8_t> image_of(std::span<const PumpedFrame> frames) {
  std::vector<std::uint8_t> image;
  for (const PumpedFrame& frame : frames) {
    const std::size_t at = image.size();
    image.resize(at + beat_bytes * (1 + beats_of(frame.bytes.size())));
    const auto length = static_cast<std::uint16_t>(frame.bytes.size());
    std::memcpy(image.data() + at, &length, sizeof(length));
    if (frame.error) image[at + error_byte] = error_flag;
    std::ranges::copy(frame.bytes, image.begin() + static_cast<std::ptrdiff_t>(at + beat_bytes));
  }
  return image;
}

/// How often a frame comes out of the card.
std::uint32_t arrivals(const PumpedFrame& frame) {
  if (frame.error || frame.bytes.size() > PacketPump::max_frame_bytes) return 0;
  return frame.both_ways ? 2 : 1;
}

}  // namespace

tl::expected<PacketPump, std::string> PacketPump::open(Card& card) {
  constexpr KernelIdentity sender{.what = "packet_mm2s",
                                  .id_offset = mm2s::id,
                                  .id = mm2s::id_value,
                                  .version_offset = mm2s::version,
                                  .version = mm2s::version_value};
  constexpr KernelIdentity receiver{.what = "packet_s2mm",
                                    .id_offset = s2mm::id,
                                    .id = s2mm::id_value,
                                    .version_offset = s2mm::version,
                                    .version = s2mm::version_value};
  for (const CardKernel kernel : {CardKernel::mm2s, CardKernel::s2mm_on, CardKernel::s2mm_back}) {
    std::string wrong =
        identity_complaint(card.registers(kernel), kernel == CardKernel::mm2s ? sender : receiver);
    if (!wrong.empty()) return tl::unexpected{std::move(wrong)};
  }
  return PacketPump{card};
}

std::size_t PacketPump::fitting(std::span<const PumpedFrame> frames) const {
  std::size_t room = card_->buffer(CardKernel::mm2s).size();
  for (const CardKernel kernel : {CardKernel::s2mm_on, CardKernel::s2mm_back}) {
    room = std::min(room, card_->buffer(kernel).size());
  }
  std::size_t count = 0;
  for (std::size_t used = 0; count < frames.size(); ++count) {
    used += beat_bytes * (1 + beats_of(frames[count].bytes.size() + metadata_bytes));
    if (used > room) break;
  }
  return count;
}

tl::expected<PumpResult, std::string> PacketPump::run(std::span<const PumpedFrame> frames,
                                                      std::chrono::milliseconds patience) {
  PumpResult result;
  while (!frames.empty()) {
    const std::size_t count = fitting(frames);
    if (count == 0) {
      return tl::unexpected<std::string>{"a frame of " + std::to_string(frames[0].bytes.size()) +
                                         " bytes is longer than the card's buffer"};
    }
    auto done = run_batch(frames.first(count), patience, result);
    if (!done) return tl::unexpected{std::move(done.error())};
    frames = frames.subspan(count);
  }
  return result;
}

tl::expected<void, std::string> PacketPump::run_batch(std::span<const PumpedFrame> frames,
                                                      std::chrono::milliseconds patience,
                                                      PumpResult& result) {
  for (const CardKernel kernel : {CardKernel::s2mm_on, CardKernel::s2mm_back}) {
    RegisterAccess& registers = card_->registers(kernel);
    CardBuffer& buffer = card_->buffer(kernel);
    write_words(registers, s2mm::address, address_words(buffer));
    registers.write(s2mm::capacity, static_cast<std::uint32_t>(buffer.size() / beat_bytes));
    registers.write(s2mm::run, 1);
  }
  RegisterAccess& sender = card_->registers(CardKernel::mm2s);
  CardBuffer& buffer = card_->buffer(CardKernel::mm2s);
  const std::vector<std::uint8_t> image = image_of(frames);
  buffer.write(0, image);
  write_words(sender, mm2s::address, address_words(buffer));
  sender.write(mm2s::beats, static_cast<std::uint32_t>(image.size() / beat_bytes));
  sender.write(mm2s::start, 1);

  std::uint32_t wanted = 0;
  for (const PumpedFrame& frame : frames) wanted += arrivals(frame);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::uint32_t arrived = 0;
  do {
    arrived = 0;
    for (const CardKernel kernel : {CardKernel::s2mm_on, CardKernel::s2mm_back}) {
      arrived += card_->registers(kernel).read(s2mm::frames);
    }
    if (arrived == wanted && sender.read(mm2s::status) == 0) {
      collect(CardKernel::s2mm_on, result.on);
      collect(CardKernel::s2mm_back, result.back);
      return {};
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return tl::unexpected<std::string>{"of " + std::to_string(wanted) + " frames " +
                                     std::to_string(arrived) +
                                     " have come out of the card in time"};
}

void PacketPump::collect(CardKernel kernel, std::vector<std::vector<std::uint8_t>>& frames) {
  RegisterAccess& registers = card_->registers(kernel);
  registers.write(s2mm::run, 0);
  std::vector<std::uint8_t> image(registers.read(s2mm::beats) * beat_bytes);
  card_->buffer(kernel).read(0, image);
  for (std::size_t at = 0; at + beat_bytes <= image.size();) {
    std::uint16_t length = 0;
    std::memcpy(&length, image.data() + at, sizeof(length));
    at += beat_bytes;
    if (at + length > image.size()) break;
    const auto begin = image.begin() + static_cast<std::ptrdiff_t>(at);
    frames.emplace_back(begin, begin + length);
    at += beat_bytes * beats_of(length);
  }
}

}  // namespace sekimori
