#include "tests/support/nginx.hpp"

#include <sys/socket.h>

#include <fstream>
#include <iterator>

#include "tests/support/arbitrary_bytes.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/tcp_socket.hpp"

namespace sekimori::lab {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content << std::flush;
  if (!file) {
    throw_errno("write " + path.string());
  }
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string configuration(const fs::path& directory, const Nginx::Options& options) {
  const std::string place = directory.string();
  const std::string backlog = " backlog=" + std::to_string(options.backlog) + ";\n";
  std::string text =
      "daemon off;\nuser root;\n"
      "worker_processes " +
      std::to_string(options.worker_count) +
      ";\n"
      "pid " +
      place +
      "/nginx.pid;\nerror_log stderr warn;\n"
      "events { worker_connections 8192; }\n"
      "http {\n"
      "  access_log off;\n  default_type application/octet-stream;\n"
      "  client_max_body_size 64m;\n  keepalive_timeout 65s;\n  lingering_close off;\n"
      "  client_body_temp_path " +
      place + "/body;\n  proxy_temp_path " + place +
      "/proxy;\n"
      "  fastcgi_temp_path " +
      place + "/fastcgi;\n  uwsgi_temp_path " + place +
      "/uwsgi;\n"
      "  scgi_temp_path " +
      place +
      "/scgi;\n"
      "  server {\n    listen " +
      options.ipv4 + ":80" + backlog;
  for (const std::string& address : options.more_ipv4) {
    text += "    listen " + address + ":80" + backlog;
  }
  if (!options.ipv6.empty()) {
    text += "    listen [" + options.ipv6 + "]:80 ipv6only=on" + backlog;
  }
  text += "    root " + place +
          "/www;\n"
          "    location /upload/ { dav_methods PUT; create_full_put_path on; }\n"
          "  }\n}\n";
  return text;
}

Process start(const Namespace& where, const fs::path& directory, const Nginx::Options& options) {
  if (!program_exists("nginx")) {
    throw LabError("the program nginx is missing (Debian package nginx-light)");
  }
  fs::create_directories(directory / "www" / "upload");
  write_file(directory / "www" / "index.html", "The gate is open.\n");
  write_file(directory / "www" / "large", arbitrary_bytes(Nginx::large_bytes));
  write_file(directory / "nginx.conf", configuration(directory, options));
  return Process{where,
                 {"nginx", "-p", directory.string(), "-e", "stderr", "-c",
                  (directory / "nginx.conf").string()},
                 directory / "nginx.log"};
}

}  // namespace

Nginx::Nginx(const Namespace& where, const fs::path& directory, const Options& options)
    : root_(directory / "www"), process_(start(where, directory, options)) {
  const Endpoint listening{options.ipv4, 80};
  const bool up = wait_until(std::chrono::seconds{10}, [&] {
    return process_.exit_status().has_value() || TcpSocket{where, AF_INET}.connect(listening) == 0;
  });
  if (!up || process_.exit_status()) {
    throw LabError("nginx does not start: " + process_.output());
  }
}

std::string Nginx::small_page() const {
  return read_file(root_ / "index.html");
}
std::string Nginx::large_page() const {
  return read_file(root_ / "large");
}
std::string Nginx::uploaded(const std::string& name) const {
  return read_file(root_ / "upload" / name);
}

}  // namespace sekimori::lab
