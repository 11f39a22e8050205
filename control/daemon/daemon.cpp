#include "control/daemon/daemon.hpp"

#include <signal.h>
#include <sodium.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <thread>

#include "control/api/server.hpp"
#include "control/daemon/keeper.hpp"
#include "control/daemon/keeper_operations.hpp"
#include "control/daemon/policy_desk.hpp"

namespace sekimori {
namespace {

/// SIGTERM and SIGINT reach nobody but `wait`; threads that start later inherit that.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A client that goes away is an error of one write.
    signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int number = 0;
    while (sigwait(&signals_, &number) != 0) {
    }
  }

 private:
  sigset_t signals_{};
};

}  // namespace

tl::expected<void, std::string> run_control(const RunOptions& options) {
  if (sodium_init() < 0) return tl::unexpected<std::string>{"libsodium does not start"};
  const StopSignals signals;
  // The journal adds times itself.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("sekimori-control"));
  spdlog::set_pattern("%l: %v");

  const auto keeper = Keeper::start(options);
  if (!keeper) return tl::unexpected<std::string>{keeper.error()};
  PolicyDesk desk{**keeper};
  KeeperOperations operations{**keeper, desk};
  const auto api = ApiServer::start(operations, {.files = (*keeper)->folder().certificates(),
                                                 .address = options.listen_address,
                                                 .port = options.listen_port});
  if (!api) return tl::unexpected<std::string>{api.error()};
  const std::jthread passes{[&](const std::stop_token& stop) { (*keeper)->run(stop); }};
  std::printf("ready listen=%s:%u instance=%s\n", options.listen_address.c_str(),
              static_cast<unsigned>((*api)->port()), options.instance.c_str());
  std::fflush(stdout);
  signals.wait();
  return {};
}

}  // namespace sekimori
