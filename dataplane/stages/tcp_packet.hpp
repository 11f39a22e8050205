#pragma once

#include "dataplane/packet/segment.hpp"
#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// One TCP segment of a protected object with what the TCP stages need to judge it.
struct TcpPacket {
  Burst& burst;
  StageContext& context;
  std::size_t number;  ///< within the burst
  const FlowKey& key;
  std::uint64_t hash;
  std::uint32_t flow;  ///< index in the flow table, or `FlowTable::none`

  [[nodiscard]] Frame& frame() const { return burst.frames[number]; }
  [[nodiscard]] const Headers& headers() const { return burst.headers(number); }
  [[nodiscard]] WorkerState& state() const { return context.state; }
  [[nodiscard]] const ProtectedObject& protected_object() const {
    return context.policy.protected_object(burst.object[number]);
  }
  [[nodiscard]] const ObjectRecord& object() const { return protected_object().record; }
  [[nodiscard]] std::uint32_t object_slot() const {
    return context.policy.object_slot(burst.object[number]);
  }
  [[nodiscard]] ObjectMeters& meters() const { return state().meters[object_slot()]; }
  [[nodiscard]] SynMode mode() const {
    return context.policy.syn_mode(protected_object(), key.server_port);
  }
  [[nodiscard]] BackendProfile assumed() const {
    return assumed_profile(object(), key.server.family());
  }

  [[nodiscard]] bool is_syn() const {
    return flags(tcp_flag::syn | tcp_flag::ack) == tcp_flag::syn;
  }
  [[nodiscard]] bool is_syn_ack() const {
    return flags(tcp_flag::syn | tcp_flag::ack) == (tcp_flag::syn | tcp_flag::ack);
  }
  [[nodiscard]] bool is_rst() const { return flags(tcp_flag::rst) != 0; }
  [[nodiscard]] bool is_fin() const { return flags(tcp_flag::fin) != 0; }

  void drop(DropReason reason) const { burst.drop(number, reason); }
  /// Has this SYN answered with the others of the burst.
  void answer() const { burst.to_answer |= std::uint64_t{1} << number; }

  /// Whether one more reply may go back to the packet's sender; drops the packet if not.
  [[nodiscard]] bool may_reply() const {
    const bool admitted = state().replies.admit(headers().source, context.now.monotonic_ns,
                                                context.policy.global().reply_limit_pps);
    if (!admitted) drop(DropReason::reply_limited);
    return admitted;
  }

  /// Answers with the RST of RFC 9293, section 3.10.7.1, if a reply is admitted.
  void reply_reset() const {
    if (!may_reply()) return;
    reply_in_place(frame(), headers(), reset_for(headers()));
    context.count(Counter::rst_sent);
    burst.reply(number);
  }

 private:
  [[nodiscard]] std::uint8_t flags(unsigned mask) const {
    return static_cast<std::uint8_t>(headers().tcp_flags & mask);
  }
};

}  // namespace sekimori
