// The device that XRT's hardware emulation talks to: the Verilated kernels of a card behind the
// calls of the emulation. XRT starts it from the bitstream, with the sockets' names in its
// environment.

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "hw/sim/emulation/rpc.hpp"
#include "hw/sim/simulated_card.hpp"

namespace {

using namespace sekimori;
using namespace sekimori::emulation;

// As hw/sim/emulation/emulate.py lays the kernels out.
constexpr std::uint64_t first_base = 0x800000;
constexpr std::uint64_t base_step = 0x10000;

constexpr unsigned connect_seconds = 60;
constexpr int clocks_between_calls = 64;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Register {
  CardKernel kernel;
  std::uint32_t offset;
};

std::optional<Register> register_at(std::uint64_t address) {
  if (address < first_base) return std::nullopt;
  const std::uint64_t number = (address - first_base) / base_step;
  const std::uint64_t offset = (address - first_base) % base_step;
  if (number >= card_kernels.size() || offset >= 0x1000) return std::nullopt;
  return Register{.kernel = card_kernels[number], .offset = static_cast<std::uint32_t>(offset)};
}

class Device {
 public:
  /// Answers calls until the host closes. Between calls the kernels' clock runs while they have
  /// something to do.
  void serve() {
    const std::string folder = "/tmp/" + environment("USER") + "/";
    const std::string id = environment("EMULATION_SOCKETID");
    Connection host{folder + id, connect_seconds};
    Connection notices{folder + "D2X_unix_sock_" + id, connect_seconds};
    while (true) {
      while (!host.pending(card_.idle())) {
        for (int i = 0; i < clocks_between_calls; ++i) card_.clock();
      }
      const auto request = host.receive();
      if (!request) throw std::runtime_error("the host has gone without closing");
      const auto body = Message::parse(request->body);
      if (!body) throw std::runtime_error("the host has sent a broken message");
      MessageWriter answer;
      if (request->call == Call::close) notices.send_close_notice();
      handle(request->call, *body, answer);
      host.answer(answer);
      if (request->call == Call::close) return;
    }
  }

 private:
  void handle(Call call, const Message& body, MessageWriter& answer) {
    switch (call) {
      case Call::copy_to_device: {
        const auto bytes = body.bytes(4);
        card_.memory.write(body.number(3) + body.number(6),
                           {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        answer.number(1, body.number(5));
        return;
      }
      case Call::copy_from_device: {
        std::string bytes(body.number(5), '\0');
        card_.memory.read(body.number(4) + body.number(6),
                          {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
        answer.number(1, bytes.size()).bytes(2, bytes);
        return;
      }
      case Call::write_register:
        return write_registers(body.number(2), body.bytes(4), answer);
      case Call::read_register:
        return read_registers(body.number(2), body.number(3), answer);
      case Call::timestamp:
        answer.number(1, card_.clocks());
        return;
      case Call::read_trace_count:
      case Call::read_trace:
      case Call::debug_messages:
        return;
      default:  // calls that want an acknowledgement and nothing else
        answer.number(1, 1);
        return;
    }
  }

  void write_registers(std::uint64_t address, std::string_view bytes, MessageWriter& answer) {
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, bytes.data() + at, sizeof(word));
      const auto target = register_at(address + at);
      if (!target) throw std::runtime_error("a write outside of the kernels' registers");
      card_.write(target->kernel, target->offset, word);
    }
    answer.number(1, 1);
  }

  void read_registers(std::uint64_t address, std::uint64_t size, MessageWriter& answer) {
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      const auto source = register_at(address + at);
      if (!source) throw std::runtime_error("a read outside of the kernels' registers");
      const std::uint32_t word = card_.read(source->kernel, source->offset);
      std::memcpy(bytes.data() + at, &word, sizeof(word));
    }
    answer.number(1, 1).bytes(2, bytes);
  }

  SimulatedCard card_;
};

int run_device() {
  try {
    Device{}.serve();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "emulated card: %s\n", error.what());
    return 1;
  }
}

/// Ends with its parent, whatever becomes of that one.
bool bind_to_parent(pid_t parent, int signal) {
  prctl(PR_SET_PDEATHSIG, signal);
  return getppid() == parent;
}

}  // namespace

/// The device runs in a child: XRT does not notice when it dies and would wait for ever, so this
/// process ends XRT's program then.
int main() {
  const pid_t host = getppid();
  if (!bind_to_parent(host, SIGTERM)) return 1;
  const pid_t self = getpid();
  const pid_t device = fork();
  if (device < 0) return 1;
  if (device == 0) {
    if (!bind_to_parent(self, SIGKILL)) _exit(1);
    _exit(run_device());
  }
  int status = 0;
  while (waitpid(device, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
  kill(host, SIGTERM);
  return 1;
}
