#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// Where `sekictl top` shows its views. On a terminal a view replaces the one before, on a screen
/// of its own that is left at the end; elsewhere they follow each other. SIGINT and SIGTERM are
/// received here instead of ending the process, so that the terminal is always restored.
class Terminal {
 public:
  /// `plain` asks for views that follow each other even on a terminal.
  static tl::expected<Terminal, std::string> open(bool plain);
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  /// Waits until a moment of the monotonic clock; true if the user wants to stop first.
  [[nodiscard]] bool wait_until(std::uint64_t monotonic_ns);
  void show(const std::string& view);

 private:
  Terminal() = default;

  int signals_ = -1;
  bool full_screen_ = false;
  std::optional<termios> saved_input_;
};

/// A view cut to a screen of `columns` and `rows`, each line erasing what was on it before.
[[nodiscard]] std::string fit_to_screen(const std::string& view, std::size_t columns,
                                        std::size_t rows);

}  // namespace sekimori
