#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sekimori::emulation {

/// The calls of XRT's emulation that a device has to understand, by their numbers.
enum class Call : std::uint32_t {
  close = 1,
  allocate = 4,
  release = 5,
  copy_to_device = 6,
  copy_from_device = 7,
  write_register = 9,
  read_register = 11,
  read_trace_count = 15,
  read_trace = 16,
  timestamp = 17,
  debug_messages = 19,
  set_environment = 20,
};

/// A message in the wire format of Protocol Buffers, as far as these calls need it: of a field that
/// occurs more than once, the last value counts.
class Message {
 public:
  /// Nothing if the bytes are no message. The bytes outlive it.
  static std::optional<Message> parse(std::string_view bytes);

  [[nodiscard]] std::uint64_t number(unsigned field) const;
  [[nodiscard]] std::string_view bytes(unsigned field) const;

 private:
  std::map<unsigned, std::uint64_t> numbers_;
  std::map<unsigned, std::string_view> bytes_;
};

class MessageWriter {
 public:
  MessageWriter& number(unsigned field, std::uint64_t value);
  MessageWriter& bytes(unsigned field, std::string_view value);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value);

  std::string text_;
};

/// One call.
struct Request {
  Call call{};
  std::string body;
};

/// A connection to the host's end of the emulation, which listens on a Unix socket.
class Connection {
 public:
  /// Tries until `seconds` have passed; throws std::runtime_error with the path if nobody listens.
  Connection(const std::string& path, unsigned seconds);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Whether a call has begun to arrive; waits for one if `wait`.
  [[nodiscard]] bool pending(bool wait) const;
  /// The next call, or nothing when the host has gone. Throws for bytes that are no call.
  [[nodiscard]] std::optional<Request> receive();
  void answer(const MessageWriter& message);
  /// What the host waits for on its second socket before it closes.
  void send_close_notice();

 private:
  [[nodiscard]] bool read_all(void* to, std::size_t size);
  void write_all(const void* from, std::size_t size);

  int socket_;
};

}  // namespace sekimori::emulation
