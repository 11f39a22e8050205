#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/card_metadata.hpp"
#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/policy_image.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/packet/parse.hpp"
#include "dataplane/stages/burst.hpp"
#include "hw/host/offload.hpp"
#include "hw/sim/frames.hpp"

namespace sekimori {

using Mark = std::array<std::uint8_t, metadata::bytes>;

/// What the SYN cookie kernel has to make of a frame.
struct Outcome {
  bool back = false;  ///< answered
  Bytes frame;        ///< as it leaves, without metadata
  Mark mark{};
  Address destination{};  ///< of a SYN that is answered
  Bytes report{};         ///< what leaves towards the host besides, with metadata, or nothing

  [[nodiscard]] std::uint8_t flags() const { return mark[metadata::at_flags]; }
  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags() & flag) != 0; }
  /// The frame with the metadata behind its MAC addresses.
  [[nodiscard]] Bytes marked() const;
  /// Fills in what is the same in all metadata.
  void begin_mark();
};

/// What the metadata say about a frame that the parser has read, whatever it is for.
[[nodiscard]] std::uint8_t parse_flags(const Headers& headers);

/// The stages of the dataplane as the kernel's model, for one policy at one moment.
class Golden {
 public:
  /// The keys are those that `secret` gives for the slot of `unix_ms` and its neighbours.
  Golden(const PolicyContents& contents, const MasterSecret& secret, std::uint64_t unix_ms);

  [[nodiscard]] Outcome judge(const Bytes& frame);

  [[nodiscard]] const PolicyImage& policy() const { return policy_.image(); }
  [[nodiscard]] const CookieKeys& keys() const { return keys_; }
  [[nodiscard]] const SipKey& flow_key() const { return state_.flow_key; }
  [[nodiscard]] const Now& now() const { return now_; }
  /// Lets time pass, within the cookie slot.
  void advance(std::uint64_t ms);
  [[nodiscard]] std::uint64_t slot() const { return cookie_slot(now_.unix_s()); }
  /// Takes in a server's window scale, as from its SYN-ACK in cookie slot `slot`; it is advertised
  /// from the next slot on. Returns the same for the kernel.
  LearnedServer learn(const Address& server, std::uint16_t port, std::uint8_t window_scale,
                      std::uint64_t slot);

 private:
  [[nodiscard]] Outcome judge_tcp(const Bytes& frame);

  MasterSecret secret_;
  CookieKeys keys_;
  ObjectSlots slots_;
  PolicyTables policy_;
  WorkerStats stats_;
  std::vector<ObjectMeters> meters_;
  std::unique_ptr<WorkerEvidence> evidence_ = std::make_unique<WorkerEvidence>();
  WorkerState state_;
  Now now_;
  std::unique_ptr<Burst> burst_ = std::make_unique<Burst>();
};

}  // namespace sekimori
