#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "dataplane/state/syn_cookie.hpp"
#include "tests/support/packet_text.hpp"

// The vectors of tests/vectors against the code under test, and against the specification, for
// which libsodium computes the hash.

namespace sekimori {
namespace {

using test::Bytes;

struct Vector {
  std::size_t line = 0;
  Bytes key;
  std::uint64_t slot = 0;
  Bytes source;
  Bytes destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t opt = 0;
  std::uint8_t tsopt = 0;
  std::uint32_t isn = 0;
  std::uint32_t cookie = 0;
};

std::vector<Vector> read_vectors() {
  std::ifstream file{"tests/vectors/cookie_v1.txt"};
  std::vector<Vector> vectors;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("#")) continue;
    std::istringstream words{line};
    const auto word = [&] {
      std::string text;
      words >> text;
      return text;
    };
    const auto value = [&] { return std::stoull(word(), nullptr, 16); };
    Vector v;
    v.line = number;
    word();
    v.key = test::from_hex(word());
    v.slot = value();
    v.source = test::from_hex(word());
    v.destination = test::from_hex(word());
    v.source_port = static_cast<std::uint16_t>(value());
    v.destination_port = static_cast<std::uint16_t>(value());
    v.opt = static_cast<std::uint8_t>(value());
    v.tsopt = static_cast<std::uint8_t>(value());
    v.isn = static_cast<std::uint32_t>(value());
    v.cookie = static_cast<std::uint32_t>(value());
    vectors.push_back(v);
  }
  return vectors;
}

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = read_vectors();
  return all;
}

SipKey key_of(const Vector& v) {
  return {.k0 = load<std::uint64_t>(v.key.data()), .k1 = load<std::uint64_t>(v.key.data() + 8)};
}

Address address_of(const Bytes& bytes) {
  return bytes.size() == 4 ? Address::from_ipv4(load<be32>(bytes.data()))
                           : Address::from_ipv6(bytes.data());
}

CookieTuple tuple_of(const Vector& v) {
  return {.source = address_of(v.source),
          .destination = address_of(v.destination),
          .source_port = v.source_port,
          .destination_port = v.destination_port};
}

/// What the specification says that a window-scale index stands for.
AgreedOptions agreed_of(const Vector& v) {
  constexpr std::array<std::uint8_t, 8> scales{no_window_scale, 0, 2, 6, 7, 8, 9, 10};
  AgreedOptions agreed{.mss_index = static_cast<std::uint8_t>(v.opt >> 3 & 3)};
  if ((v.opt & 0x80) != 0) {
    agreed.timestamps = true;
    agreed.client_scale = v.tsopt & 15;
    agreed.sack = (v.tsopt & 16) != 0;
    agreed.ecn = (v.tsopt & 32) != 0;
  } else {
    agreed.client_scale = scales.at(v.opt & 7);
    agreed.sack = (v.opt & 7) != 0;
  }
  return agreed;
}

/// The acknowledgement's TSecr: an arbitrary clock above the six bits.
std::optional<std::uint32_t> echo_of(const Vector& v) {
  if ((v.opt & 0x80) == 0) return std::nullopt;
  return 0xabcdef00U << 6 | v.tsopt;
}

std::optional<CookieMatch> check(const Vector& v, std::uint64_t slot_now) {
  CookieKeys keys;
  keys.set(v.slot, key_of(v));
  return check_cookie(keys, tuple_of(v), slot_now, v.cookie, v.isn, echo_of(v));
}

/// The cookie by the words of the specification, over the bytes of the message.
std::uint32_t specified_cookie(const Vector& v) {
  Bytes message = v.source;
  message.insert(message.end(), v.destination.begin(), v.destination.end());
  for (const std::uint16_t port : {v.source_port, v.destination_port}) {
    message.push_back(static_cast<std::uint8_t>(port >> 8));
    message.push_back(static_cast<std::uint8_t>(port));
  }
  message.push_back(static_cast<std::uint8_t>(v.slot));
  message.push_back(v.opt);
  message.push_back(v.tsopt);
  std::array<unsigned char, crypto_shorthash_siphash24_BYTES> digest;
  crypto_shorthash_siphash24(digest.data(), message.data(), message.size(), v.key.data());
  std::uint64_t hash = 0;
  for (int i = 7; i >= 0; --i) hash = hash << 8 | digest[static_cast<std::size_t>(i)];
  const std::uint32_t sum = (static_cast<std::uint32_t>(hash & 0x1ffffff) + v.isn) & 0x1ffffff;
  return static_cast<std::uint32_t>(v.slot % 4) << 30 | (v.opt >> 3 & 3U) << 28 |
         (v.opt & 7U) << 25 | sum;
}

TEST(CookieVectors, CoverWhatTheyShould) {
  ASSERT_GE(vectors().size(), 1000U);
  std::array<std::size_t, 2> families{};
  std::array<std::size_t, 4> registers{};
  std::array<bool, 256> low_bytes{};
  std::array<bool, 256> opts{};
  std::array<bool, 64> tsopts{};
  std::size_t bad_ack = 0;
  for (const Vector& v : vectors()) {
    ++families.at(v.source.size() == 4 ? 0 : 1);
    ++registers.at(v.slot % 4);
    low_bytes.at(v.slot & 255) = true;
    opts.at(v.opt) = true;
    tsopts.at(v.tsopt) = true;
    if (v.opt == 0 && v.isn == 0) ++bad_ack;
  }
  EXPECT_GT(std::ranges::min(families), 400U);
  EXPECT_GT(std::ranges::min(registers), 200U);
  EXPECT_TRUE(std::ranges::count(low_bytes, false) == 0);
  EXPECT_EQ(std::ranges::count(opts, true), 2 * 4 * 8);
  EXPECT_EQ(std::ranges::count(tsopts, true), 64);
  EXPECT_GE(bad_ack, 60U);
}

TEST(CookieVectors, AreWhatTheSpecificationSays) {
  for (const Vector& v : vectors()) EXPECT_EQ(specified_cookie(v), v.cookie) << "line " << v.line;
}

TEST(CookieVectors, AreWhatIsSent) {
  for (const Vector& v : vectors()) {
    const AgreedOptions agreed = agreed_of(v);
    EXPECT_EQ(make_cookie(key_of(v), tuple_of(v), v.slot, agreed, v.isn), v.cookie)
        << "line " << v.line;
    EXPECT_EQ(timestamp_bits(agreed), v.tsopt) << "line " << v.line;
  }
}

TEST(CookieVectors, AreAcceptedInTheirSlotAndInTheNext) {
  for (const Vector& v : vectors()) {
    for (const std::uint64_t slot_now : {v.slot, v.slot + 1}) {
      const auto match = check(v, slot_now);
      ASSERT_TRUE(match) << "line " << v.line;
      EXPECT_EQ(match->slot, v.slot) << "line " << v.line;
      EXPECT_EQ(match->agreed, agreed_of(v)) << "line " << v.line;
    }
    EXPECT_FALSE(check(v, v.slot + 2)) << "line " << v.line;
    EXPECT_FALSE(check(v, v.slot + 3)) << "line " << v.line;
    if (v.slot > 0) {
      EXPECT_FALSE(check(v, v.slot - 1)) << "line " << v.line;
    }
  }
}

TEST(CookieVectors, AreRefusedUnderTheKeyOfAnotherSlot) {
  std::size_t accepted = 0;
  for (const Vector& v : vectors()) {
    CookieKeys keys;
    SipKey other = key_of(v);
    other.k1 ^= 1;
    keys.set(v.slot, other);
    if (check_cookie(keys, tuple_of(v), v.slot, v.cookie, v.isn, echo_of(v))) ++accepted;
  }
  EXPECT_EQ(accepted, 0U);
}

Address flipped(const Address& address, unsigned bit) {
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), address.bytes(), bytes.size());
  bytes.at(bit / 8) ^= static_cast<std::uint8_t>(1U << bit % 8);
  return Address::from_ipv6(bytes.data());
}

/// Every vector with one bit changed: of the tuple, the client's sequence number, the cookie's hash
/// or options, the echoed options.
TEST(CookieVectors, AreRefusedWithAnyBitChanged) {
  std::size_t tried = 0;
  std::size_t accepted = 0;
  for (const Vector& v : vectors()) {
    CookieKeys keys;
    keys.set(v.slot, key_of(v));
    const auto refuse = [&](const CookieTuple& tuple, std::uint32_t cookie, std::uint32_t isn,
                            std::optional<std::uint32_t> echo) {
      ++tried;
      if (check_cookie(keys, tuple, v.slot, cookie, isn, echo)) ++accepted;
    };
    const CookieTuple right = tuple_of(v);
    for (unsigned bit = v.source.size() == 4 ? 96 : 0; bit < 128; ++bit) {
      CookieTuple tuple = right;
      tuple.source = flipped(right.source, bit);
      refuse(tuple, v.cookie, v.isn, echo_of(v));
      tuple = right;
      tuple.destination = flipped(right.destination, bit);
      refuse(tuple, v.cookie, v.isn, echo_of(v));
    }
    for (unsigned bit = 0; bit < 16; ++bit) {
      CookieTuple tuple = right;
      tuple.source_port ^= static_cast<std::uint16_t>(1U << bit);
      refuse(tuple, v.cookie, v.isn, echo_of(v));
      tuple = right;
      tuple.destination_port ^= static_cast<std::uint16_t>(1U << bit);
      refuse(tuple, v.cookie, v.isn, echo_of(v));
    }
    // The upper bits of the client's number are not in the cookie, as the sum has only 25.
    for (unsigned bit = 0; bit < 25; ++bit) {
      refuse(right, v.cookie, v.isn ^ 1U << bit, echo_of(v));
      refuse(right, v.cookie ^ 1U << bit, v.isn, echo_of(v));
    }
    for (unsigned bit = 25; bit < 30; ++bit) {
      refuse(right, v.cookie ^ 1U << bit, v.isn, echo_of(v));
    }
    for (unsigned bit = 0; echo_of(v) && bit < 6; ++bit) {
      refuse(right, v.cookie, v.isn, *echo_of(v) ^ 1U << bit);
    }
  }
  // Each passes with probability 2^-25, so among a third of a million one is rare and two are
  // not to be expected.
  EXPECT_GT(tried, 200'000U);
  EXPECT_LE(accepted, 1U);
}

TEST(CookieVectors, AreRefusedWhenTimestampsComeOrGo) {
  for (const Vector& v : vectors()) {
    CookieKeys keys;
    keys.set(v.slot, key_of(v));
    const auto other = echo_of(v) ? std::nullopt : std::optional<std::uint32_t>{0};
    EXPECT_FALSE(check_cookie(keys, tuple_of(v), v.slot, v.cookie, v.isn, other))
        << "line " << v.line;
  }
}

}  // namespace
}  // namespace sekimori
