#include "tests/unit/control/daemon/control_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/deadline.hpp"

namespace sekimori::test {
namespace {

using namespace std::chrono_literals;

/// One that nobody has now.
std::uint16_t free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error{"no free port"};
  }
  close(descriptor);
  return ntohs(address.sin_port);
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

ControlProcess::ControlProcess() : port_(free_port()) {
  const std::string state = folder_.path() / "state";
  const auto made = run_program("sekimori-control", {"init", "--state", state});
  if (made.status != 0) throw std::runtime_error{made.errors};
  const std::filesystem::path output = folder_.path() / "output";
  const std::string program = program_folder() / "sekimori-control";
  const std::string listen = "127.0.0.1:" + std::to_string(port_);
  const std::string instance = "contract-" + std::to_string(getpid());
  const std::string socket = management();
  pid_ = fork();
  if (pid_ == 0) {
    const int file = open(output.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execl(program.c_str(), program.c_str(), "--state", state.c_str(), "--listen", listen.c_str(),
          "--instance", instance.c_str(), "--management", socket.c_str(), nullptr);
    _exit(127);
  }
  const bool ready = lab::wait_until(60s, [&] {
    return content_of(output).find("ready listen=") != std::string::npos ||
           waitpid(pid_, nullptr, WNOHANG) != 0;
  });
  if (!ready || content_of(output).find("ready listen=") == std::string::npos) {
    throw std::runtime_error{"sekimori-control does not get ready: " + content_of(output)};
  }
}

int ControlProcess::stop() {
  int status = 0;
  kill(pid_, SIGTERM);
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ControlProcess::~ControlProcess() {
  if (pid_ > 0) (void)stop();
}

}  // namespace sekimori::test
