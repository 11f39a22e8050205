#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <string>

#include "Vcookie_hash.h"
#include "Vflow_hash.h"
#include "common/cookie_keys.hpp"
#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/syn_cookie.hpp"
#include "hw/sim/clocked.hpp"
#include "hw/sim/length.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {
namespace {

/// As the kernel sets it: the option bits come this many clocks after the addresses.
constexpr std::size_t last_delay = 16;
constexpr std::uint32_t hash_mask = (1U << 25) - 1;

/// One message as it goes in, and the hash that has to come out.
struct Message {
  CookieTuple tuple;
  std::uint64_t slot = 0;
  std::uint8_t opt = 0;
  std::uint8_t tsopt = 0;
  std::uint32_t hash = 0;
};

template <typename Port>
void put_address(Port& port, const Address& address) {
  std::memcpy(&port, address.bytes(), 16);
}

Address random_address(Random& random, bool ipv6) {
  std::array<std::uint8_t, 16> bytes;
  for (auto& byte : bytes) byte = random.byte();
  return ipv6 ? Address::from_ipv6(bytes.data()) : Address::from_ipv4(load<be32>(bytes.data()));
}

CookieTuple random_tuple(Random& random) {
  const bool ipv6 = random.chance(1, 2);
  return {.source = random_address(random, ipv6),
          .destination = random_address(random, ipv6),
          .source_port = random.half(),
          .destination_port = random.half()};
}

AgreedOptions random_agreement(Random& random) {
  return {.mss_index = static_cast<std::uint8_t>(random.below(4)),
          .client_scale = static_cast<std::uint8_t>(random.below(16)),
          .sack = random.chance(1, 2),
          .timestamps = random.chance(1, 2),
          .ecn = random.chance(1, 2)};
}

class CookieHash : public ::testing::Test {
 protected:
  void set_key(unsigned index, const SipKey& key) {
    keys_[index] = key;
    std::memcpy(&dut_->keys_i, keys_.data(), sizeof(keys_));
  }

  /// A random message with the hash that software gives it under the present keys.
  Message random_message(std::uint64_t slot) {
    const AgreedOptions agreed = random_agreement(random_);
    Message message{.tuple = random_tuple(random_), .slot = slot};
    message.opt = static_cast<std::uint8_t>((agreed.timestamps ? 0x80 : 0) | agreed.mss_index << 3 |
                                            scale_index(agreed));
    message.tsopt = timestamp_bits(agreed);
    message.hash = make_cookie(keys_[slot % 4], message.tuple, slot, agreed, 0) & hash_mask;
    return message;
  }

  void set_random_keys() {
    for (unsigned i = 0; i < 4; ++i) set_key(i, {.k0 = random_.bits(), .k1 = random_.bits()});
  }

  /// One clock with a message, or without one.
  void clock(const Message* message) {
    recent_.push_front(message == nullptr ? Message{} : *message);
    recent_.resize(last_delay + 1);
    dut_->valid_i = message != nullptr;
    put_head(recent_.front());
    put_last(recent_.back());
    if (message != nullptr) expected_.push_back({.hash = message->hash, .clock = dut_.clocks()});
    dut_.tick();
    if (dut_->valid_o == 0) return;
    ASSERT_FALSE(expected_.empty());
    ASSERT_EQ(dut_->hash_o, expected_.front().hash);
    latency_ = dut_.clocks() - expected_.front().clock;
    expected_.pop_front();
    ++compared_;
  }

  void drain() {
    for (int i = 0; i < 40; ++i) clock(nullptr);
    EXPECT_TRUE(expected_.empty());
  }

  Random random_{1};
  Clocked<Vcookie_hash> dut_;
  std::uint64_t compared_ = 0;
  std::uint64_t latency_ = 0;

 private:
  struct Expected {
    std::uint32_t hash;
    std::uint64_t clock;
  };

  void put_head(const Message& m) {
    put_address(dut_->source_i, m.tuple.source);
    put_address(dut_->destination_i, m.tuple.destination);
    dut_->ipv6_i = !m.tuple.source.is_ipv4();
    dut_->register_i = m.slot % 4;
  }
  void put_last(const Message& m) {
    dut_->last_ipv6_i = !m.tuple.source.is_ipv4();
    dut_->last_source_port_i = m.tuple.source_port;
    dut_->last_destination_port_i = m.tuple.destination_port;
    dut_->last_slot_i = static_cast<std::uint8_t>(m.slot);
    dut_->last_opt_i = m.opt;
    dut_->last_tsopt_i = m.tsopt;
  }

  std::array<SipKey, 4> keys_{};
  std::deque<Message> recent_;
  std::deque<Expected> expected_;
};

/// The authors' vector for a message of 15 bytes, 00 to 0e, under the key 00 to 0f.
TEST_F(CookieHash, GivesTheAuthorsVector) {
  std::array<std::uint8_t, 15> bytes;
  for (std::uint8_t i = 0; i < 15; ++i) bytes[i] = i;
  const SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};
  std::memcpy(&dut_->keys_i, &key, sizeof(key));
  put_address(dut_->source_i, Address::from_ipv4(load<be32>(bytes.data())));
  put_address(dut_->destination_i, Address::from_ipv4(load<be32>(bytes.data() + 4)));
  dut_->ipv6_i = 0;
  dut_->register_i = 0;
  dut_->last_source_port_i = 0x0809;
  dut_->last_destination_port_i = 0x0a0b;
  dut_->last_slot_i = 0x0c;
  dut_->last_opt_i = 0x0d;
  dut_->last_tsopt_i = 0x0e;
  dut_->valid_i = 1;
  for (int i = 0; i < 40; ++i) dut_.tick();
  ASSERT_EQ(dut_->valid_o, 1);
  EXPECT_EQ(dut_->hash_o, 0xa129ca6149be45e5ULL & hash_mask);
}

TEST_F(CookieHash, TakesAMessageEveryClockAndKeepsTheFamiliesInOrder) {
  set_random_keys();
  for (int i = 0; i < 10'000; ++i) {
    const Message message = random_message(random_.bits() >> 8);
    ASSERT_NO_FATAL_FAILURE(clock(&message));
  }
  drain();
  EXPECT_EQ(compared_, 10'000U);
  EXPECT_EQ(latency_, 30U);
}

TEST_F(CookieHash, EqualsSoftwareForRandomTuplesAcrossGapsAndKeyRotation) {
  set_random_keys();
  const std::uint64_t wanted = run_length(100'000, 10'000'000);
  for (std::uint64_t sent = 0, slot = 1000; sent < wanted;) {
    // Control writes the key of the next slot while this one is in use.
    if (random_.chance(1, 1000)) {
      ++slot;
      set_key((slot + 1) % 4, {.k0 = random_.bits(), .k1 = random_.bits()});
    }
    if (random_.chance(1, 8)) {
      ASSERT_NO_FATAL_FAILURE(clock(nullptr));
      continue;
    }
    const Message message = random_message(slot - random_.below(2));
    ASSERT_NO_FATAL_FAILURE(clock(&message));
    ++sent;
  }
  drain();
  EXPECT_EQ(compared_, wanted);
}

/// One line of tests/vectors/cookie_v1.txt, whose README describes the fields.
struct Vector {
  SipKey key;
  Message message;
};

Vector read_vector(const std::string& line) {
  std::istringstream fields{line};
  std::string family, key, source, destination;
  std::uint64_t slot = 0;
  std::uint32_t sport = 0, dport = 0, opt = 0, tsopt = 0, isn = 0, cookie = 0;
  fields >> family >> key >> std::hex >> slot >> source >> destination >> sport >> dport >> opt >>
      tsopt >> isn >> cookie;
  const auto bytes = [](const std::string& digits) {
    std::array<std::uint8_t, 16> out{};
    for (std::size_t i = 0; i < digits.size() / 2; ++i) {
      out[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
    }
    return out;
  };
  const auto address = [&](const std::string& digits) {
    const auto raw = bytes(digits);
    return family == "4" ? Address::from_ipv4(load<be32>(raw.data()))
                         : Address::from_ipv6(raw.data());
  };
  const auto raw_key = bytes(key);
  return {.key = {.k0 = load<std::uint64_t>(raw_key.data()),
                  .k1 = load<std::uint64_t>(raw_key.data() + 8)},
          .message = {.tuple = {.source = address(source),
                                .destination = address(destination),
                                .source_port = static_cast<std::uint16_t>(sport),
                                .destination_port = static_cast<std::uint16_t>(dport)},
                      .slot = slot,
                      .opt = static_cast<std::uint8_t>(opt),
                      .tsopt = static_cast<std::uint8_t>(tsopt),
                      .hash = (cookie - isn) & hash_mask}};
}

TEST_F(CookieHash, GivesTheCookiesOfTheVectors) {
  std::ifstream file{"tests/vectors/cookie_v1.txt"};
  ASSERT_TRUE(file) << "run from the root of the source";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const Vector vector = read_vector(line);
    set_key(vector.message.slot % 4, vector.key);
    ASSERT_NO_FATAL_FAILURE(clock(&vector.message)) << line;
  }
  drain();
  EXPECT_GT(compared_, 1000U);
}

TEST(FlowHash, EqualsSoftwareForRandomTuples) {
  Clocked<Vflow_hash> dut;
  Random random{3};
  const SipKey key{.k0 = random.bits(), .k1 = random.bits()};
  std::memcpy(&dut->key_i, &key, sizeof(key));
  std::deque<std::uint32_t> expected;
  const std::uint64_t wanted = run_length(100'000, 1'000'000);
  std::uint64_t compared = 0;
  for (std::uint64_t i = 0; i < wanted + 40; ++i) {
    const CookieTuple t = random_tuple(random);
    dut->valid_i = i < wanted;
    dut->ipv6_i = !t.source.is_ipv4();
    put_address(dut->client_i, t.source);
    put_address(dut->server_i, t.destination);
    dut->client_port_i = t.source_port;
    dut->server_port_i = t.destination_port;
    if (i < wanted) {
      const FlowKey flow{.client = t.source,
                         .server = t.destination,
                         .client_port = t.source_port,
                         .server_port = t.destination_port};
      expected.push_back(static_cast<std::uint32_t>(flow.hash(key)));
    }
    dut.tick();
    if (dut->valid_o == 0) continue;
    ASSERT_EQ(dut->hash_o, expected.front());
    expected.pop_front();
    ++compared;
  }
  EXPECT_EQ(compared, wanted);
}

}  // namespace
}  // namespace sekimori
