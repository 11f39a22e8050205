#pragma once

#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

#include "tests/support/run.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori::lab {

/// A network namespace, named `<run>-<label>` so that `ip netns exec` reaches it while it exists.
/// Its loopback is up, and IPv6 addresses are usable at once (no duplicate address detection).
class Namespace {
 public:
  Namespace(const Run& run, std::string_view label);
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  ~Namespace();

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Does `work` on a thread of its own inside the namespace and returns what it returns or throws
  /// what it throws. Sockets opened and processes started there stay in the namespace.
  template <class Work>
  std::invoke_result_t<Work> run(Work&& work) const {
    std::packaged_task<std::invoke_result_t<Work>()> task([this, &work] {
      enter();
      return work();
    });
    auto result = task.get_future();
    std::thread(std::ref(task)).join();
    return result.get();
  }

  /// Moves the calling thread into the namespace.
  void enter() const;

  /// Sets a value below /proc/sys, such as `net.ipv4.tcp_timestamps`.
  void set_sysctl(std::string_view key, std::string_view value) const;
  /// Reads a file as a thread in the namespace sees it; below /proc/thread-self/net is its network.
  [[nodiscard]] std::string read_file(const std::string& path) const;
  /// Runs `ip` with these arguments, separated by spaces; throws with its words if it refuses.
  void ip(const std::string& arguments) const;

 private:
  std::string name_;
  UniqueFd fd_;
};

}  // namespace sekimori::lab
