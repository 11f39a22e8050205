// Writes a SYN flood, and what comes along with one, as a capture: for `./dev demo --replay`.

#include <cstdio>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>

#include "common/clock.hpp"
#include "dataplane/replay/capture_file.hpp"
#include "tests/support/packet_text.hpp"

namespace {

using sekimori::ns_per_s;

constexpr std::uint64_t start_ns = 1'700'000'000ULL * ns_per_s;
constexpr unsigned packet_count = 60'000;
constexpr unsigned packets_per_s = 10'000;

/// Draws packets as an attacked site sees them. The same every time.
class Flood {
 public:
  std::string line() {
    const unsigned share = draw(1000);
    if (share < 900) return spoofed() + " > 192.0.2.10:80 tcp [S] win=64240 seq=" + number();
    if (share < 950) {
      return spoofed() + " > 192.0.2.10:80 tcp [.] win=512 seq=" + number() + " ack=" + number();
    }
    if (share < 980) return spoofed() + " > 192.0.2.10:53 udp len=400";
    if (share < 985) return spoofed() + " > 192.0.2.10:80 tcp [FPU] win=512 seq=" + number();
    if (share < 990) return "192.0.2.10:80 > 192.0.2.10:80 tcp [S] win=512 seq=" + number();
    if (share < 995) return spoofed() + " > 192.0.2.10:80 tcp [S] win=512 badsum seq=" + number();
    return "203.0.113.5:5353 > 192.0.2.99:5353 udp data=other";
  }

 private:
  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }
  std::string number() { return std::to_string(random_()); }
  std::string spoofed() {
    return std::to_string(1 + draw(126)) + "." + std::to_string(draw(256)) + "." +
           std::to_string(draw(256)) + "." + std::to_string(draw(256)) + ":" +
           std::to_string(1024 + draw(60'000));
  }

  // The default seed makes every run the same.
  std::mt19937 random_;
};

void write(const std::string& path) {
  auto writer = sekimori::CaptureWriter::create(path);
  if (!writer) throw std::runtime_error{writer.error()};
  Flood flood;
  for (unsigned i = 0; i < packet_count; ++i) {
    const auto bytes = sekimori::test::encode_packet(flood.line(), sekimori::Side::inside);
    if (!bytes) throw std::runtime_error{bytes.error()};
    writer->write(start_ns + i * (ns_per_s / packets_per_s), *bytes);
  }
  if (const auto written = writer->flush(); !written) throw std::runtime_error{written.error()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CAPTURE\n", argv[0]);
    return 2;
  }
  try {
    write(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
