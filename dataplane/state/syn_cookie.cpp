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

/// The index of each scale that an option can name, and of `no_window_scale`.
constexpr auto scale_indices = [] {
  std::array<std::uint8_t, no_window_scale + 1> indices{};
  for (std::size_t i = 0; i < indexed_scales.size(); ++i) {
    indices[indexed_scales[i]] = static_cast<std::uint8_t>(i + 1);
  }
  return indices;
}();

constexpr unsigned slot_shift = 30;
constexpr unsigned mss_shift = 28;
constexpr unsigned scale_shift = 25;
static_assert(cookie_hash_mask == (1U << scale_shift) - 1);

constexpr std::uint8_t has_timestamps_bit = 0x80;
constexpr std::uint8_t sack_bit = 0x10;
constexpr std::uint8_t ecn_bit = 0x20;

const std::array<std::uint16_t, 4>& mss_classes(Family family) {
  return family == Family::ipv4 ? ipv4_mss : ipv6_mss;
}

std::uint8_t option_bits(const AgreedOptions& agreed) {
  return static_cast<std::uint8_t>((agreed.timestamps ? has_timestamps_bit : 0) |
                                   agreed.mss_index << 3 | scale_index(agreed));
}

}  // namespace

std::uint8_t mss_class(Family family, std::uint16_t mss) {
  const auto& classes = mss_classes(family);
  return static_cast<std::uint8_t>((mss >= classes[1]) + (mss >= classes[2]) + (mss >= classes[3]));
}

std::uint16_t class_mss(Family family, std::uint8_t index) {
  return mss_classes(family)[index];
}

std::uint8_t scale_index(const AgreedOptions& agreed) {
  return agreed.sack ? scale_indices[agreed.client_scale] : 0;
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

CookieOptions::CookieOptions(std::uint64_t slot, const AgreedOptions& agreed)
    : message_bits((slot & 0xff) << 32 | std::uint64_t{option_bits(agreed)} << 40 |
                   std::uint64_t{timestamp_bits(agreed)} << 48),
      cookie_bits(static_cast<std::uint32_t>(slot % cookie_key_registers) << slot_shift |
                  std::uint32_t{agreed.mss_index} << mss_shift |
                  std::uint32_t{scale_index(agreed)} << scale_shift),
      odd_slot(slot % 2 != 0) {}

std::uint32_t make_cookie(const SipKey& key, const CookieTuple& tuple, std::uint64_t slot,
                          const AgreedOptions& agreed, std::uint32_t client_isn) {
  const CookieOptions options{slot, agreed};
  const std::uint32_t ports = cookie_ports(tuple.source_port, tuple.destination_port);
  const std::uint64_t hash =
      tuple.source.is_ipv4()
          ? siphash<2, 4>(key, cookie_message_ipv4(tuple.source, tuple.destination, ports, options))
          : siphash<2, 4>(key,
                          cookie_message_ipv6(tuple.source, tuple.destination, ports, options));
  return cookie_of_hash(hash, options, client_isn);
}

void hash_cookies(const SipHashBurst& hashing, const CookieKeys& keys, std::uint64_t slot_now,
                  PacketMessages& messages) {
  // Of two slots in a row one is odd, which is how their keys are told apart.
  const SipKey now = keys.get(slot_now);
  const SipKey before = keys.get(slot_now - 1);
  if (slot_now % 2 == 0) {
    hashing.cookie_hashes(now, before, messages);
  } else {
    hashing.cookie_hashes(before, now, messages);
  }
}

std::optional<CookieMatch> read_cookie(std::uint64_t slot_now, std::uint32_t cookie,
                                       std::optional<std::uint32_t> echoed_timestamp) {
  const std::uint64_t age = (slot_now - (cookie >> slot_shift)) % cookie_key_registers;
  if (age > 1) return std::nullopt;
  AgreedOptions agreed{.mss_index = static_cast<std::uint8_t>(cookie >> mss_shift & 3)};
  const std::uint32_t index = cookie >> scale_shift & 7;
  if (echoed_timestamp) {
    const std::uint32_t bits = *echoed_timestamp;
    agreed.timestamps = true;
    agreed.client_scale = bits & 0x0f;
    agreed.sack = (bits & sack_bit) != 0;
    agreed.ecn = (bits & ecn_bit) != 0;
    if (scale_index(agreed) != index) return std::nullopt;
  } else if (index != 0) {
    agreed.client_scale = indexed_scales[index - 1];
    agreed.sack = true;
  }
  return CookieMatch{.slot = slot_now - age, .agreed = agreed};
}

std::optional<CookieMatch> check_cookie(const CookieKeys& keys, const CookieTuple& tuple,
                                        std::uint64_t slot_now, std::uint32_t cookie,
                                        std::uint32_t client_isn,
                                        std::optional<std::uint32_t> echoed_timestamp) {
  const auto claimed = read_cookie(slot_now, cookie, echoed_timestamp);
  if (!claimed || make_cookie(keys.get(claimed->slot), tuple, claimed->slot, claimed->agreed,
                              client_isn) != cookie) {
    return std::nullopt;
  }
  return claimed;
}

}  // namespace sekimori
