#include "control/cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/clock.hpp"

namespace sekimori {
namespace {

// ECMA-48 control sequences, and xterm's for the alternate screen.
constexpr const char* enter_screen = "\x1b[?1049h\x1b[?25l";
constexpr const char* leave_screen = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view to_top = "\x1b[H";
constexpr std::string_view erase_line_rest = "\x1b[K";
constexpr std::string_view erase_screen_rest = "\x1b[J";

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// Keys one by one and without echo; Ctrl-C still is a signal.
std::optional<termios> read_keys() {
  termios before{};
  if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &before) != 0) return std::nullopt;
  termios keys = before;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  if (tcsetattr(STDIN_FILENO, TCSANOW, &keys) != 0) return std::nullopt;
  return before;
}

}  // namespace

tl::expected<Terminal, std::string> Terminal::open(bool plain) {
  Terminal terminal;
  const sigset_t set = stop_signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  terminal.signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (terminal.signals_ < 0) {
    return tl::unexpected<std::string>{std::string{"cannot receive signals: "} +
                                       std::strerror(errno)};
  }
  if (!plain && isatty(STDOUT_FILENO) != 0) {
    terminal.full_screen_ = true;
    terminal.saved_input_ = read_keys();
    std::fputs(enter_screen, stdout);
    std::fflush(stdout);
  }
  return terminal;
}

Terminal::Terminal(Terminal&& other) noexcept
    : signals_(std::exchange(other.signals_, -1)),
      full_screen_(std::exchange(other.full_screen_, false)),
      saved_input_(std::exchange(other.saved_input_, std::nullopt)) {}

Terminal::~Terminal() {
  if (full_screen_) {
    std::fputs(leave_screen, stdout);
    std::fflush(stdout);
  }
  if (saved_input_) tcsetattr(STDIN_FILENO, TCSANOW, &*saved_input_);
  if (signals_ >= 0) close(signals_);
}

bool Terminal::wait_until(std::uint64_t monotonic_ns) {
  for (;;) {
    const std::uint64_t now_ns = read_clock().monotonic_ns;
    if (now_ns >= monotonic_ns) return false;
    std::array<pollfd, 2> sources{
        {{.fd = signals_, .events = POLLIN, .revents = 0},
         // poll ignores a negative descriptor.
         {.fd = saved_input_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
    const auto left_ms = static_cast<int>((monotonic_ns - now_ns) / ns_per_ms) + 1;
    const int ready = poll(sources.data(), sources.size(), left_ms);
    if (ready < 0 && errno != EINTR) return true;
    if (ready <= 0) continue;
    if (sources[0].revents != 0) return true;
    char key = 0;
    if (sources[1].revents != 0 && (read(STDIN_FILENO, &key, 1) <= 0 || key == 'q')) return true;
  }
}

void Terminal::show(const std::string& view) {
  if (full_screen_) {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    std::fputs(fit_to_screen(view, known ? size.ws_col : 80, known ? size.ws_row : 24).c_str(),
               stdout);
  } else {
    std::fputs(view.c_str(), stdout);
    std::fputs("\n", stdout);
  }
  std::fflush(stdout);
}

std::string fit_to_screen(const std::string& view, std::size_t columns, std::size_t rows) {
  std::string result{to_top};
  std::string_view rest{view};
  for (std::size_t row = 0; row < rows && !rest.empty(); ++row) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (row > 0) result.append("\n");
    result.append(rest.substr(0, std::min(end, columns))).append(erase_line_rest);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result.append(erase_screen_rest);
}

}  // namespace sekimori
