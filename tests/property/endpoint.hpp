#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/packet/parse.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {

/// What an endpoint's stack does.
struct Stack {
  std::uint8_t scale = no_window_scale;
  bool sack = false;
  bool timestamps = false;
  std::uint16_t mss = 1460;
  std::uint32_t window = 65535;  ///< in bytes, the whole time
};

/// One end of a TCP connection that sends its bytes, takes the other's, and closes. It goes back to
/// what is not acknowledged when time runs out, keeps what comes out of order, and refuses old
/// timestamps (RFC 7323, section 5). Whatever no correct peer would send is a fault.
class Endpoint {
 public:
  struct Name {
    std::string own;  ///< address and port as in a line of text
    std::string peer;
    Side side;  ///< the side of the box that the endpoint is on
    bool opens = false;
  };

  Endpoint(Name name, Stack stack, std::uint32_t initial, Bytes to_send, Bytes to_receive);

  /// Sends what is due.
  void poll(std::uint64_t now_ms, std::vector<Bytes>& out);
  /// Takes a frame that was sent to this endpoint.
  void receive(Bytes frame, std::uint64_t now_ms, std::vector<Bytes>& out);

  /// Everything was sent, acknowledged and received, both ends included.
  [[nodiscard]] bool done() const { return acknowledged_all() && end_received_; }
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }
  [[nodiscard]] const Stack& stack() const { return stack_; }
  /// The window that the peer was last understood to have, in bytes; empty before its first ACK.
  [[nodiscard]] std::optional<std::uint32_t> peer_window() const { return peer_window_; }
  [[nodiscard]] std::uint8_t agreed_scale() const { return scaling_ ? stack_.scale : 0; }
  [[nodiscard]] std::uint8_t peer_scale() const { return scaling_ ? peer_scale_ : 0; }

 private:
  static constexpr std::uint64_t retransmission_ms = 200;
  static constexpr std::uint64_t syn_retransmission_ms = 1000;
  static constexpr std::uint32_t most_in_flight = 6;  ///< segments

  [[nodiscard]] std::uint32_t end() const {
    return initial_ + 1 + static_cast<std::uint32_t>(to_send_.size());
  }
  [[nodiscard]] bool acknowledged_all() const { return unacknowledged_ == end() + 1; }
  void check(bool holds, const char* otherwise);
  void take_syn(const Headers& h);
  void take_acknowledgement(const Headers& h, const std::uint8_t* tcp, std::uint64_t now_ms);
  void take_data(const Headers& h, const std::uint8_t* data);
  [[nodiscard]] bool take_timestamps(const Headers& h, std::uint64_t now_ms);
  void send(const std::string& flags, std::uint32_t sequence, std::span<const std::uint8_t> data,
            std::uint64_t now_ms, std::vector<Bytes>& out);
  [[nodiscard]] std::string syn_options(bool answer, std::uint64_t now_ms) const;
  [[nodiscard]] std::string options(std::uint64_t now_ms) const;
  [[nodiscard]] std::uint32_t clock(std::uint64_t now_ms) const {
    return initial_ / 3 + static_cast<std::uint32_t>(now_ms);
  }

  Name name_;
  Stack stack_;
  std::uint32_t initial_;
  Bytes to_send_;
  Bytes to_receive_;

  bool syn_sent_ = false;
  bool connected_ = false;  ///< the peer's SYN is known, and ours acknowledged
  bool peer_known_ = false;
  bool scaling_ = false;
  bool sack_ = false;
  bool timestamps_ = false;
  bool end_received_ = false;
  std::uint8_t peer_scale_ = 0;
  std::uint32_t unacknowledged_;
  std::uint32_t next_;
  std::uint32_t most_sent_;  ///< behind the last byte ever sent
  std::uint32_t peer_initial_ = 0;
  std::uint32_t received_ = 0;                      ///< bytes in order
  std::map<std::uint32_t, std::uint32_t> islands_;  ///< offset and length of what came too early
  std::uint32_t recent_ = 0;                        ///< the peer's latest TSval
  std::optional<std::uint32_t> peer_window_;
  std::uint64_t progress_ms_ = 0;
  std::optional<std::string> fault_;
};

}  // namespace sekimori::test
