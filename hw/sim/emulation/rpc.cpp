#include "hw/sim/emulation/rpc.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "common/unix_address.hpp"

namespace sekimori::emulation {
namespace {

// A call begins with its size and its number, each behind a tag; an answer with its size alone.
constexpr char size_tag = 0x09;
constexpr char call_tag = 0x15;
constexpr std::size_t request_head = 14;
constexpr std::size_t answer_head = 9;
constexpr std::uint64_t max_request = std::uint64_t{1} << 30;

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Message> Message::parse(std::string_view bytes) {
  Message message;
  while (!bytes.empty()) {
    const auto key = take_varint(bytes);
    if (!key) return std::nullopt;
    const auto field = static_cast<unsigned>(*key >> 3);
    std::size_t size = 0;
    switch (*key & 7) {
      case 0: {
        const auto value = take_varint(bytes);
        if (!value) return std::nullopt;
        message.numbers_[field] = *value;
        continue;
      }
      case 1:
        size = 8;
        break;
      case 2: {
        const auto length = take_varint(bytes);
        if (!length) return std::nullopt;
        size = *length;
        break;
      }
      case 5:
        size = 4;
        break;
      default:
        return std::nullopt;
    }
    if (size > bytes.size()) return std::nullopt;
    message.bytes_[field] = bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return message;
}

std::uint64_t Message::number(unsigned field) const {
  const auto found = numbers_.find(field);
  return found == numbers_.end() ? 0 : found->second;
}

std::string_view Message::bytes(unsigned field) const {
  const auto found = bytes_.find(field);
  return found == bytes_.end() ? std::string_view{} : found->second;
}

void MessageWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
  text_ += static_cast<char>(value);
}

MessageWriter& MessageWriter::number(unsigned field, std::uint64_t value) {
  varint(std::uint64_t{field} << 3);
  varint(value);
  return *this;
}

MessageWriter& MessageWriter::bytes(unsigned field, std::string_view value) {
  varint(std::uint64_t{field} << 3 | 2);
  varint(value.size());
  text_ += value;
  return *this;
}

Connection::Connection(const std::string& path, unsigned seconds) {
  const auto address = unix_address(path);
  if (!address) throw std::runtime_error(path + ": " + address.error());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
  do {
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) throw std::runtime_error("no socket can be made");
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) == 0)
      return;
    close(socket_);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  } while (std::chrono::steady_clock::now() < deadline);
  throw std::runtime_error("nobody listens on " + path);
}

Connection::~Connection() {
  close(socket_);
}

bool Connection::pending(bool wait) const {
  pollfd poll_for{.fd = socket_, .events = POLLIN, .revents = 0};
  return poll(&poll_for, 1, wait ? -1 : 0) > 0;
}

std::optional<Request> Connection::receive() {
  std::array<char, request_head> head;
  if (!read_all(head.data(), head.size())) return std::nullopt;
  std::uint64_t size = 0;
  std::uint32_t number = 0;
  std::memcpy(&size, head.data() + 1, sizeof(size));
  std::memcpy(&number, head.data() + 10, sizeof(number));
  if (head[0] != size_tag || head[9] != call_tag || size > max_request) {
    throw std::runtime_error("the host has sent something that is no call");
  }
  Request request{.call = static_cast<Call>(number), .body = std::string(size, '\0')};
  if (!read_all(request.body.data(), size)) return std::nullopt;
  return request;
}

void Connection::answer(const MessageWriter& message) {
  std::array<char, answer_head> head{size_tag};
  const std::uint64_t size = message.text().size();
  std::memcpy(head.data() + 1, &size, sizeof(size));
  write_all(head.data(), head.size());
  write_all(message.text().data(), message.text().size());
}

void Connection::send_close_notice() {
  std::array<char, request_head> notice{size_tag};
  const auto number = static_cast<std::uint32_t>(Call::close);
  notice[9] = call_tag;
  std::memcpy(notice.data() + 10, &number, sizeof(number));
  write_all(notice.data(), notice.size());
}

bool Connection::read_all(void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t part = read(socket_, at, size);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    at += part;
    size -= static_cast<std::size_t>(part);
  }
  return true;
}

void Connection::write_all(const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t part = send(socket_, at, size, MSG_NOSIGNAL);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) throw std::runtime_error("the host has gone");
    at += part;
    size -= static_cast<std::size_t>(part);
  }
}

}  // namespace sekimori::emulation
