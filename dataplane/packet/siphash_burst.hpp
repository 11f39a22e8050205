#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/cookie_keys.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// Vector instructions that many hashes at once may use. All levels give the same bits.
enum class SimdLevel : std::uint8_t {
  scalar,
  avx2,    ///< 4 lanes; every CPU that runs the program has it
  avx512,  ///< 8 lanes and rotations in one instruction
};

/// The best level of this CPU.
[[nodiscard]] SimdLevel detect_simd_level();

/// Messages of `Words` words for SipHash, at most one for each packet of a burst, word by word so
/// that neighbouring messages are neighbouring lanes. The last word holds the length, as
/// `siphash_last_word` makes it.
template <std::size_t Words>
struct alignas(64) SipMessages {
  using Column = std::array<std::uint64_t, max_burst>;

  std::array<Column, Words> words{};
  Column hashes{};               ///< one for each message, after hashing
  std::uint64_t second_key = 0;  ///< bit i: message i is hashed with the second of two keys
  std::size_t count = 0;

  void clear() {
    second_key = 0;
    count = 0;
  }
  void set(std::size_t i, const std::array<std::uint64_t, Words>& message) {
    for (std::size_t w = 0; w < Words; ++w) words[w][i] = message[w];
  }
};

/// Messages about packets of both families, one for each packet at most. Those over IPv4 addresses
/// lie at the numbers of their packets; what is about no packet is hashed for nothing, which costs
/// less than to close the gaps. The longer and rarer ones of IPv6 are a list.
class PacketMessages {
 public:
  /// Forgets all, for a burst of `packets`.
  void start(std::size_t packets) {
    packets_ = packets;
    ipv4_.clear();
    ipv6_.clear();
  }
  void set_ipv4(std::size_t packet, const std::array<std::uint64_t, 2>& message,
                bool second_key = false) {
    ipv4_.count = packets_;
    ipv4_.set(packet, message);
    ipv4_.second_key |= std::uint64_t{second_key} << packet;
  }
  void set_ipv6(std::size_t packet, const std::array<std::uint64_t, 5>& message,
                bool second_key = false) {
    ipv6_.set(ipv6_.count, message);
    ipv6_.second_key |= std::uint64_t{second_key} << ipv6_.count;
    ipv6_packets_[ipv6_.count++] = static_cast<std::uint8_t>(packet);
  }
  /// For whoever writes IPv4 messages of many packets at once; they are those from 0 on. With
  /// `second_key` all use the second key.
  [[nodiscard]] SipMessages<2>& all_ipv4() {
    ipv4_.count = packets_;
    return ipv4_;
  }
  /// The hash of a packet's message, once they have been hashed.
  [[nodiscard]] std::uint64_t hash(std::size_t packet) const { return ipv4_.hashes[packet]; }
  [[nodiscard]] const SipMessages<2>::Column& hashes() const { return ipv4_.hashes; }
  /// The message of a packet that has one over IPv4 addresses.
  [[nodiscard]] std::array<std::uint64_t, 2> ipv4(std::size_t packet) const {
    return {ipv4_.words[0][packet], ipv4_.words[1][packet]};
  }

 private:
  friend class SipHashBurst;

  std::size_t packets_ = 0;
  SipMessages<2> ipv4_;
  SipMessages<5> ipv6_;
  std::array<std::uint8_t, max_burst> ipv6_packets_{};
};

/// SipHash over all messages of a burst. Hashing several at once hides the latency of the rounds,
/// which is most of what a single short message costs.
class SipHashBurst {
 public:
  /// `level` must be one that the CPU has.
  explicit SipHashBurst(SimdLevel level = detect_simd_level());

  /// SipHash-1-3, for places in tables.
  void table_hashes(const SipKey& key, PacketMessages& messages) const {
    hash(one_three_, key, key, messages);
  }
  /// SipHash-2-4, for cookies, with the key that each message asks for.
  void cookie_hashes(const SipKey& first, const SipKey& second, PacketMessages& messages) const {
    hash(two_four_, first, second, messages);
  }

  struct Keys {
    const SipKey* first;
    const SipKey* second;
    std::uint64_t with_second;  ///< bit i: message i
  };
  /// Word w of message i is `words[w * max_burst + i]`. Messages are worked on by eights or more,
  /// so words and hashes behind the last message may be read and written, up to `max_burst`.
  using Function = void (*)(const Keys& keys, const std::uint64_t* words, std::size_t word_count,
                            std::size_t count, std::uint64_t* hashes);

 private:
  template <std::size_t Words>
  static void hash(Function function, const SipKey& first, const SipKey& second,
                   SipMessages<Words>& messages) {
    function({&first, &second, messages.second_key}, messages.words[0].data(), Words,
             messages.count, messages.hashes.data());
  }
  static void hash(Function function, const SipKey& first, const SipKey& second,
                   PacketMessages& messages) {
    hash(function, first, second, messages.ipv4_);
    hash(function, first, second, messages.ipv6_);
    for (std::size_t i = 0; i < messages.ipv6_.count; ++i) {
      messages.ipv4_.hashes[messages.ipv6_packets_[i]] = messages.ipv6_.hashes[i];
    }
  }

  Function one_three_;
  Function two_four_;
};

}  // namespace sekimori
