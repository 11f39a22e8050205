#include "tests/support/notice_servers.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/tcp_socket.hpp"
#include "tests/support/test_identity.hpp"

namespace sekimori::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* loopback = "127.0.0.1";

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content << std::flush;
  if (!file) throw_errno("write " + path.string());
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_folder(const fs::path& folder) {
  std::vector<std::string> contents;
  if (!fs::exists(folder)) return contents;
  for (const auto& entry : fs::directory_iterator(folder)) {
    contents.push_back(read_file(entry.path()));
  }
  return contents;
}

/// Makes a folder that belongs to a user.
fs::path folder_of(const fs::path& folder, const char* user) {
  fs::create_directories(folder);
  const passwd* const entry = ::getpwnam(user);
  if (entry == nullptr) throw LabError(std::string{"there is no user "} + user);
  if (::chown(folder.c_str(), entry->pw_uid, entry->pw_gid) < 0) throw_errno("chown");
  return folder;
}

/// The run's directory is its owner's alone; servers run as other users.
void let_others_in(fs::path folder) {
  for (; folder != fs::temp_directory_path() && folder.has_relative_path();
       folder = folder.parent_path()) {
    ::chmod(folder.c_str(), 0755);
  }
}

void wait_for_port(const Namespace& where, std::uint16_t port, Process& process,
                   const std::string& name) {
  const bool up = wait_until(std::chrono::seconds{20}, [&] {
    return process.exit_status().has_value() ||
           TcpSocket{where, AF_INET}.connect({loopback, port}) == 0;
  });
  if (!up || process.exit_status()) {
    throw LabError(name + " does not start: " + process.output());
  }
}

std::string postfix_main(const std::string& place, const std::string& domain) {
  std::ostringstream text;
  text << "compatibility_level = 3.6\n"
       << "queue_directory = " << place << "/queue\n"
       << "data_directory = " << place << "/data\n"
       << "maillog_file = /dev/stdout\n"
       << "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n"
       << "myhostname = mail." << domain << "\n"
       << "mynetworks = 127.0.0.0/8\nmydestination =\nlocal_recipient_maps =\nalias_maps =\n"
       << "virtual_mailbox_domains = " << domain << "\n"
       << "virtual_mailbox_base = " << place << "/mail\n"
       << "virtual_mailbox_maps = static:box/\n"
       << "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
       << "virtual_minimum_uid = 1\n"
       << "smtpd_recipient_restrictions = permit_mynetworks, reject\n"
       << "smtpd_tls_security_level = may\nsmtpd_tls_received_header = yes\n"
       << "smtpd_tls_chain_files = " << place << "/conf/identity.pem\n";
  return text.str();
}

/// The services that take mail, queue it and deliver it to virtual mailboxes, none in a chroot.
constexpr const char* postfix_master =
    "smtp inet n - n - - smtpd\n"
    "pickup unix n - n 60 1 pickup\n"
    "cleanup unix n - n - 0 cleanup\n"
    "qmgr unix n - n 300 1 qmgr\n"
    "tlsmgr unix - - n 1000? 1 tlsmgr\n"
    "rewrite unix - - n - - trivial-rewrite\n"
    "bounce unix - - n - 0 bounce\n"
    "defer unix - - n - 0 bounce\n"
    "error unix - - n - - error\n"
    "retry unix - - n - - error\n"
    "proxymap unix - - n - - proxymap\n"
    "virtual unix - n n - - virtual\n"
    "smtp unix - - n - - smtp\n"
    "anvil unix - - n - 1 anvil\n"
    "postlog unix-dgram n - n - 1 postlogd\n";

Process start_postfix(const Namespace& where, const fs::path& directory,
                      const std::string& domain) {
  if (!program_exists("postfix")) {
    throw LabError("the program postfix is missing (Debian package postfix)");
  }
  for (const char* folder : {"conf", "queue"}) fs::create_directories(directory / folder);
  folder_of(directory / "data", "postfix");
  folder_of(directory / "mail", "nobody");
  let_others_in(directory);
  write_file(directory / "conf/main.cf", postfix_main(directory.string(), domain));
  write_file(directory / "conf/master.cf", postfix_master);
  const test::TestIdentity identity;
  identity.write_with_key(directory / "conf/identity.pem");
  ::chmod((directory / "conf/identity.pem").c_str(), 0600);
  return Process{where,
                 {"postfix", "-c", (directory / "conf").string(), "start-fg"},
                 directory / "postfix.log"};
}

Process start_sink(const Namespace& where, const fs::path& directory, std::uint16_t port,
                   const std::vector<std::string>& options) {
  if (!program_exists("smtp-sink")) {
    throw LabError("the program smtp-sink is missing (Debian package postfix)");
  }
  folder_of(directory / "sink", "nobody");
  let_others_in(directory);
  std::vector<std::string> command{"smtp-sink", "-u", "nobody", "-d",
                                   (directory / "sink").string() + "/%s."};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(std::string{loopback} + ":" + std::to_string(port));
  command.emplace_back("128");
  return Process{where, command, directory / "sink.log"};
}

Process start_receiver(const Namespace& where, const fs::path& directory) {
  if (!program_exists("nginx")) {
    throw LabError("the program nginx is missing (Debian package nginx-light)");
  }
  const std::string place = directory.string();
  std::ostringstream text;
  text << "daemon off;\nuser root;\nworker_processes 1;\npid " << place << "/nginx.pid;\n"
       << "error_log stderr warn;\nevents { worker_connections 1024; }\nhttp {\n"
       << "  log_format notice escape=none "
       << "'$http_sekimori_delivery\t$http_sekimori_signature\t$request_body';\n"
       << "  client_body_buffer_size 256k;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text << "  " << kind << "_temp_path " << place << "/" << kind << ";\n";
  }
  // Only a request that is passed on has its body in the log.
  text << "  server {\n    listen 127.0.0.1:80;\n    access_log " << place << "/notices notice;\n"
       << "    location / { proxy_pass http://127.0.0.1:81; }\n  }\n"
       << "  server {\n    listen 127.0.0.1:81;\n    access_log off;\n    return 204;\n  }\n}\n";
  write_file(directory / "nginx.conf", text.str());
  return Process{where,
                 {"nginx", "-p", place, "-e", "stderr", "-c", (directory / "nginx.conf").string()},
                 directory / "nginx.log"};
}

}  // namespace

Postfix::Postfix(const Namespace& where, const fs::path& directory, const std::string& domain)
    : directory_(directory), process_(start_postfix(where, directory, domain)) {
  wait_for_port(where, 25, process_, "postfix");
}

Postfix::~Postfix() {
  // The program that was started only waits for the master process.
  try {
    run_command({"postfix", "-c", (directory_ / "conf").string(), "abort"});
  } catch (const LabError&) {
    // It has ended by itself; whatever is left ends with the namespace.
  }
}

std::vector<std::string> Postfix::mails() const {
  return read_folder(directory_ / "mail/box/new");
}

SmtpSink::SmtpSink(const Namespace& where, const fs::path& directory, std::uint16_t port,
                   const std::vector<std::string>& options)
    : directory_(directory), process_(start_sink(where, directory, port, options)) {
  wait_for_port(where, port, process_, "smtp-sink");
}

std::vector<std::string> SmtpSink::mails() const {
  return read_folder(directory_ / "sink");
}

NginxReceiver::NginxReceiver(const Namespace& where, const fs::path& directory)
    : directory_(directory), process_(start_receiver(where, directory)) {
  wait_for_port(where, 80, process_, "nginx");
}

std::vector<NginxReceiver::Request> NginxReceiver::requests() const {
  std::vector<Request> requests;
  std::istringstream lines{read_file(directory_ / "notices")};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    requests.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                        line.substr(second + 1)});
  }
  return requests;
}

}  // namespace sekimori::lab
