#include "tests/support/namespace.hpp"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/errors.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

Namespace::Namespace(const Run& run, std::string_view label)
    : name_(run.name() + "-" + std::string(label)) {
  run_command({"ip", "netns", "add", name_});
  fd_ = UniqueFd{checked(::open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC), name_)};
  set_sysctl("net.ipv6.conf.default.accept_dad", "0");
  set_sysctl("net.ipv6.conf.all.accept_dad", "0");
  set_sysctl("net.ipv6.conf.default.router_solicitations", "0");
  ip("link set lo up");
}

Namespace::~Namespace() {
  try {
    run_command({"ip", "netns", "del", name_});
  } catch (const LabError&) {
    // The run removes what is still there.
  }
}

void Namespace::enter() const {
  checked(::setns(fd_.get(), CLONE_NEWNET), "setns");
}

void Namespace::set_sysctl(std::string_view key, std::string_view value) const {
  std::string path(key);
  std::replace(path.begin(), path.end(), '.', '/');
  path.insert(0, "/proc/sys/");
  run([&] {
    std::ofstream file(path);
    file << value << std::flush;
    if (!file) {
      throw_errno("write " + path);
    }
  });
}

std::string Namespace::read_file(const std::string& path) const {
  return run([&] {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  });
}

void Namespace::ip(const std::string& arguments) const {
  std::vector<std::string> command{"ip", "-n", name_};
  std::size_t begin = 0;
  while (begin < arguments.size()) {
    const std::size_t end = std::min(arguments.find(' ', begin), arguments.size());
    command.push_back(arguments.substr(begin, end - begin));
    begin = end + 1;
  }
  run_command(command);
}

}  // namespace sekimori::lab
