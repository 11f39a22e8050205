#include "tests/support/tls_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace sekimori::test {
namespace {

constexpr time_t patience_s = 20;

}  // namespace

int connect_to_port(std::uint16_t port) {
  std::signal(SIGPIPE, SIG_IGN);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = patience_s, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

TlsClient::Socket::~Socket() {
  if (descriptor >= 0) close(descriptor);
}

std::optional<TlsClient> TlsClient::connect(std::uint16_t port, const ClientFiles& files,
                                            int max_version) {
  TlsClient client;
  client.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = client.context_.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_proto_version(context, max_version);
  if (SSL_CTX_load_verify_locations(context, files.authority.c_str(), nullptr) != 1) return {};
  if (!files.certificate.empty() &&
      (SSL_CTX_use_certificate_file(context, files.certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
       SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)) {
    return {};
  }
  client.socket_ = std::make_unique<Socket>(connect_to_port(port));
  client.session_.reset(SSL_new(context));
  SSL_set_fd(client.session_.get(), client.socket_->descriptor);
  SSL_set1_host(client.session_.get(), "127.0.0.1");
  if (SSL_connect(client.session_.get()) != 1) {
    ERR_clear_error();
    return {};
  }
  return client;
}

bool TlsClient::send(const std::string& bytes) {
  ERR_clear_error();
  return bytes.empty() || SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
                              static_cast<int>(bytes.size());
}

std::optional<std::string> TlsClient::read_until(const std::string& end) {
  while (true) {
    if (const std::size_t at = buffer_.find(end); at != std::string::npos) {
      std::string found = buffer_.substr(0, at + end.size());
      buffer_.erase(0, found.size());
      return found;
    }
    std::array<char, 4096> part{};
    ERR_clear_error();
    const int length = SSL_read(session_.get(), part.data(), static_cast<int>(part.size()));
    if (length <= 0) return {};
    buffer_.append(part.data(), static_cast<std::size_t>(length));
  }
}

std::optional<HttpAnswer> TlsClient::receive(bool with_body) {
  auto head = read_until("\r\n\r\n");
  if (!head || !head->starts_with("HTTP/1.1 ")) return {};
  HttpAnswer answer;
  answer.status = std::stoi(head->substr(9, 3));
  std::size_t at = head->find("\r\n") + 2;
  while (at + 2 < head->size()) {
    const std::size_t end = head->find("\r\n", at);
    const std::size_t colon = head->find(": ", at);
    std::string name = head->substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    answer.headers[name] = head->substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  const auto length = answer.headers.find("content-length");
  if (!with_body || length == answer.headers.end()) return answer;
  const auto wanted = static_cast<std::size_t>(std::stoul(length->second));
  while (buffer_.size() < wanted) {
    std::array<char, 16384> part{};
    ERR_clear_error();
    const int read = SSL_read(session_.get(), part.data(), static_cast<int>(part.size()));
    if (read <= 0) return {};
    buffer_.append(part.data(), static_cast<std::size_t>(read));
  }
  answer.body = buffer_.substr(0, wanted);
  buffer_.erase(0, wanted);
  return answer;
}

bool TlsClient::is_closed_by_server() {
  if (!buffer_.empty()) return false;
  char byte = 0;
  ERR_clear_error();
  const int length = SSL_read(session_.get(), &byte, 1);
  if (length > 0) return false;
  const int error = SSL_get_error(session_.get(), length);
  // A timeout of the socket is a wish to read again.
  return error != SSL_ERROR_WANT_READ && !(error == SSL_ERROR_SYSCALL && errno == EAGAIN);
}

}  // namespace sekimori::test
