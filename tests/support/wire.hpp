#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/packet_filter.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/veth.hpp"

namespace sekimori::lab {

enum class Way : std::uint8_t { toward_server, toward_client };

/// An IEEE 802.1Q tag: EtherType 0x8100, or 0x88a8 for the outer one of two (802.1ad).
struct VlanTag {
  std::uint16_t ethertype = 0x8100;
  std::uint16_t id = 0;
};

/// What the wire does not pass on: of the frames that match, `pass` go through first, and each of
/// the next `lose` is lost with probability `rate`.
struct WireRule {
  Way way = Way::toward_server;
  std::string filter = {};  ///< pcap-filter(7), over the frame without the wire's own tags
  std::uint64_t pass = 0;
  std::uint64_t lose = 1;
  double rate = 1.0;
  unsigned seed = 1;

  static constexpr std::uint64_t without_end = std::numeric_limits<std::uint64_t>::max();
};

/// A relay between two interfaces that loses frames by rule and puts VLAN tags on what leaves it on
/// one side, taking them off again in the other direction. It stands in for netem and for VLAN
/// devices, which a kernel need not have, and it can tell one lost handshake leg from another.
///
/// Frames cross it as bytes, so it does not carry checksums that are still to be computed: the
/// offloads of the interfaces behind it must be off.
class Wire {
 public:
  enum class TagSide { none, left, right };

  /// Left is toward the client, right toward the server. `tags` are outermost first.
  Wire(const Port& left, const Port& right, TagSide tag_side = TagSide::none,
       std::vector<VlanTag> tags = {});
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire();

  class Rule;
  /// Adds a rule, which holds from now on. The reference is valid as long as the wire.
  Rule& add(const WireRule& rule);
  /// Counts frames that match and loses none.
  Rule& watch(Way way, const std::string& filter);

  /// A rule at work, and what it has done so far.
  class Rule {
   public:
    explicit Rule(const WireRule& rule)
        : settings_(rule), filter_(rule.filter), random_(rule.seed) {}
    [[nodiscard]] std::uint64_t matched() const { return matched_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

   private:
    friend class Wire;
    bool loses(Way way, std::span<const std::byte> frame);

    WireRule settings_;
    PacketFilter filter_;
    std::mt19937 random_;
    std::atomic<std::uint64_t> matched_{0};
    std::atomic<std::uint64_t> lost_{0};
  };

 private:
  void relay();
  void carry(Way way);
  void add_tags(std::vector<std::byte>& frame) const;
  bool remove_tags(std::vector<std::byte>& frame) const;

  PacketSocket left_;
  PacketSocket right_;
  TagSide tag_side_;
  std::vector<VlanTag> tags_;
  std::mutex rules_mutex_;
  std::list<Rule> rules_;
  UniqueFd stop_;
  std::thread thread_;
};

}  // namespace sekimori::lab
