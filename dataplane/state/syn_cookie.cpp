#include "dataplane/state/syn_cookie.hpp"

#include <algorithm>
#include <array>

#include "dataplane/packet/siphash.hpp"

namespace sekimori {
namespace {

constexpr std::array<std::uint16_t, 4> ipv4_mss{536, 1300, 1440, 1460};
constexpr std::array<std::uint16_t, 4> ipv6_mss{1220, 1360, 1420, 1440};
/// The scales that indices 1 to 7 stand for.
constexpr std::array<std::uint8_t, 7> indexed_scales{0, 2, 6, 7, 8, 9, 10};

constexpr unsigned slot_shift = 30;
constexpr unsigned mss_shift = 28;
constexpr unsigned scale_shift = 25;
constexpr std::uint32_t hash_mask = (1U << scale_shift) - 1;

constexpr std::uint8_t has_timestamps_bit = 0x80;
constexpr std::uint8_t sack_bit = 0x10;
constexpr std::uint8_t ecn_bit = 0x20;

const std::array<std::uint16_t, 4>& mss_classes(Family family) {
  return family == Family::ipv4 ? ipv4_mss : ipv6_mss;
}

/// The low 25 bits of the hash over the message of the specification, whose multi-byte fields are
/// in network order and which SipHash reads as little-endian words.
std::uint32_t hash_bits(const SipKey& key, const CookieTuple& tuple, std::uint64_t slot,
                        std::uint8_t opt, std::uint8_t tsopt) {
  const std::uint64_t tail =
      be16{tuple.source_port}.raw() | std::uint64_t{be16{tuple.destination_port}.raw()} << 16 |
      std::uint64_t{slot & 0xff} << 32 | std::uint64_t{opt} << 40 | std::uint64_t{tsopt} << 48;
  const auto words = [](const Address& address) {
    return std::array{load<std::uint64_t>(address.bytes()),
                      load<std::uint64_t>(address.bytes() + 8)};
  };
  std::uint64_t hash = 0;
  if (tuple.source.is_ipv4()) {
    const std::uint64_t addresses =
        tuple.source.ipv4().raw() | std::uint64_t{tuple.destination.ipv4().raw()} << 32;
    hash = siphash<2, 4>(key, std::array{addresses, siphash_last_word(tail, 15)});
  } else {
    const auto source = words(tuple.source);
    const auto destination = words(tuple.destination);
    hash = siphash<2, 4>(key, std::array{source[0], source[1], destination[0], destination[1],
                                         siphash_last_word(tail, 39)});
  }
  return static_cast<std::uint32_t>(hash) & hash_mask;
}

std::uint8_t option_bits(const AgreedOptions& agreed) {
  return static_cast<std::uint8_t>((agreed.timestamps ? has_timestamps_bit : 0) |
                                   agreed.mss_index << 3 | scale_index(agreed));
}

}  // namespace

std::uint8_t mss_class(Family family, std::uint16_t mss) {
  const auto& classes = mss_classes(family);
  const auto above = std::ranges::upper_bound(classes, mss);
  const auto index = above - classes.begin();
  return static_cast<std::uint8_t>(index == 0 ? 0 : index - 1);
}

std::uint16_t class_mss(Family family, std::uint8_t index) {
  return mss_classes(family)[index];
}

std::uint8_t scale_index(const AgreedOptions& agreed) {
  if (!agreed.sack) return 0;
  const auto found = std::ranges::find(indexed_scales, agreed.client_scale);
  if (found == indexed_scales.end()) return 0;
  return static_cast<std::uint8_t>(found - indexed_scales.begin() + 1);
}

AgreedOptions representable(const AgreedOptions& agreed) {
  AgreedOptions result = agreed;
  if (agreed.timestamps) return result;
  result.ecn = false;
  if (scale_index(agreed) == 0) {
    result.client_scale = no_window_scale;
    result.sack = false;
  }
  return result;
}

std::uint8_t timestamp_bits(const AgreedOptions& agreed) {
  if (!agreed.timestamps) return 0;
  return static_cast<std::uint8_t>(agreed.client_scale | (agreed.sack ? sack_bit : 0) |
                                   (agreed.ecn ? ecn_bit : 0));
}

std::uint32_t make_cookie(const SipKey& key, const CookieTuple& tuple, std::uint64_t slot,
                          const AgreedOptions& agreed, std::uint32_t client_isn) {
  const std::uint32_t hash =
      hash_bits(key, tuple, slot, option_bits(agreed), timestamp_bits(agreed));
  return static_cast<std::uint32_t>(slot % cookie_key_registers) << slot_shift |
         std::uint32_t{agreed.mss_index} << mss_shift |
         std::uint32_t{scale_index(agreed)} << scale_shift | ((hash + client_isn) & hash_mask);
}

std::optional<CookieMatch> check_cookie(const CookieKeys& keys, const CookieTuple& tuple,
                                        std::uint64_t slot_now, std::uint32_t cookie,
                                        std::uint32_t client_isn,
                                        std::optional<std::uint32_t> echoed_timestamp) {
  const std::uint64_t age = (slot_now - (cookie >> slot_shift)) % cookie_key_registers;
  if (age > 1) return std::nullopt;
  const std::uint64_t slot = slot_now - age;

  AgreedOptions agreed{.mss_index = static_cast<std::uint8_t>(cookie >> mss_shift & 3)};
  const std::uint32_t index = cookie >> scale_shift & 7;
  std::uint8_t tsopt = 0;
  if (echoed_timestamp) {
    tsopt = *echoed_timestamp & 0x3f;
    agreed.timestamps = true;
    agreed.client_scale = tsopt & 0x0f;
    agreed.sack = (tsopt & sack_bit) != 0;
    agreed.ecn = (tsopt & ecn_bit) != 0;
    if (scale_index(agreed) != index) return std::nullopt;
  } else if (index != 0) {
    agreed.client_scale = indexed_scales[index - 1];
    agreed.sack = true;
  }
  const std::uint32_t hash = hash_bits(keys.get(slot), tuple, slot, option_bits(agreed), tsopt);
  if (((hash + client_isn) & hash_mask) != (cookie & hash_mask)) return std::nullopt;
  return CookieMatch{.slot = slot, .agreed = agreed};
}

}  // namespace sekimori
