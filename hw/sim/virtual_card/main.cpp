// sekimori-virtual-card: the Verilated kernels of a card between two interfaces. A simulation.

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>

#include "common/clock.hpp"
#include "hw/sim/virtual_card/card_in_wire.hpp"
#include "hw/sim/virtual_card/register_server.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori {
namespace {

using lab::checked;
using lab::UniqueFd;

constexpr const char* description =
    "A simulated FPGA card in front of a dataplane's outside port: Verilated kernels between two "
    "Linux interfaces. It is slow, some thousand packets a second, and for demonstrations and "
    "tests only.";
constexpr const char* footer = R"(The dataplane takes the other end of the host's interface as
  --outside fpga:net_af_packet0,iface=IF --card unix:SOCKET
and tells the card what to do. That interface's MTU is larger than the wire's by 16.

Signals:
  SIGUSR1 has the card fail: frames pass by it, without metadata, and it forgets what it was told.
  SIGUSR2 has it work again.
  SIGTERM and SIGINT end the program.)";

struct Settings {
  std::string wire;
  std::string host;
  std::string registers;
};

void say(const std::string& text) {
  std::printf("simulated card: %s\n", text.c_str());
  std::fflush(stdout);
}

UniqueFd open_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaddset(&set, number);
  checked(::sigprocmask(SIG_BLOCK, &set, nullptr), "sigprocmask");
  return UniqueFd{checked(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd")};
}

UniqueFd open_timer() {
  UniqueFd timer{
      checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")};
  const itimerspec second{.it_interval = {.tv_sec = 1, .tv_nsec = 0},
                          .it_value = {.tv_sec = 1, .tv_nsec = 0}};
  checked(::timerfd_settime(timer.get(), 0, &second, nullptr), "timerfd_settime");
  return timer;
}

/// What the card has done so far, on one line for people and programs.
void say_counts(CardInWire& card) {
  using Counter = SynCookieKernel::Counter;
  const auto counters = card.syn_cookie().read_counters();
  say("judged=" + std::to_string(card.counts().judged) +
      " answered=" + std::to_string(value(counters, Counter::syn_answered)) +
      " cookies=" + std::to_string(value(counters, Counter::cookie_valid)) + " passed=" +
      std::to_string(card.counts().passed) + " refused=" + std::to_string(card.counts().refused) +
      " clocks=" + std::to_string(card.kernels().clocks()));
}

void fail(CardInWire& card, RegisterServer& registers) {
  card.bypass(true);
  registers.drop_client();
  card.syn_cookie().control({});
  say("has failed; frames pass by it");
}

/// Carries packets until a signal ends it.
void carry_on(const UniqueFd& signals, CardInWire& card, RegisterServer& registers) {
  const UniqueFd timer = open_timer();
  for (;;) {
    const int listening = card.bypassed() ? -1 : registers.listening_fd();
    std::array<pollfd, 6> waiting{{{.fd = card.wire_fd(), .events = POLLIN, .revents = 0},
                                   {.fd = card.host_fd(), .events = POLLIN, .revents = 0},
                                   {.fd = timer.get(), .events = POLLIN, .revents = 0},
                                   {.fd = signals.get(), .events = POLLIN, .revents = 0},
                                   {.fd = listening, .events = POLLIN, .revents = 0},
                                   {.fd = registers.client_fd(), .events = POLLIN, .revents = 0}}};
    checked(::poll(waiting.data(), waiting.size(), -1), "poll");
    signalfd_siginfo signal{};
    if (::read(signals.get(), &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) return;
      if (signal.ssi_signo == SIGUSR1) {
        fail(card, registers);
      } else {
        card.bypass(false);
        say("works again");
      }
    }
    std::uint64_t seconds = 0;
    if (::read(timer.get(), &seconds, sizeof seconds) == sizeof seconds) {
      say_counts(card);
    }
    if (!card.bypassed()) registers.serve(card.kernels().syn_cookie());
    card.carry(read_clock().unix_ms());
  }
}

int run(const Settings& settings) {
  const UniqueFd signals = open_signals();
  CardInWire card{settings.wire, settings.host};
  RegisterServer registers{settings.registers};
  say("ready, between wire " + settings.wire + " and host " + settings.host);
  carry_on(signals, card, registers);
  say_counts(card);
  return 0;
}

void declare(CLI::App& app, Settings& settings) {
  app.footer(footer);
  app.add_option("--wire", settings.wire, "Interface toward the Internet")
      ->required()
      ->type_name("IF");
  app.add_option("--host", settings.host, "Interface toward the dataplane")
      ->required()
      ->type_name("IF");
  app.add_option("--registers", settings.registers,
                 "Unix socket at which the dataplane finds the card's registers")
      ->required()
      ->type_name("SOCKET");
}

}  // namespace
}  // namespace sekimori

int main(int argc, char** argv) {
  sekimori::Settings settings;
  CLI::App app{sekimori::description, "sekimori-virtual-card"};
  sekimori::declare(app, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return sekimori::run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-virtual-card: %s\n", error.what());
    return 1;
  }
}
