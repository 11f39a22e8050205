// SipHash and the cookies made with it, and what everything small is compared with.

#include <cstring>

#include "bench/micro/micro.hpp"
#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/syn_cookie.hpp"

namespace sekimori::bench {

namespace {

constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};
constexpr std::uint64_t unix_s = 1'700'000'000;

template <std::size_t Words>
struct Messages {
  std::array<std::array<std::uint64_t, Words>, batch> all{};

  Messages() {
    for (std::size_t i = 0; i < batch; ++i) {
      for (std::size_t w = 0; w < Words; ++w) all[i][w] = (i + 1) * (w + 3) * 0x9e3779b97f4a7c15;
    }
  }
};

template <int Compression, int Finalization, std::size_t Words>
Micro siphash_micro(std::string name, std::string reference) {
  using State = Messages<Words>;
  return {.name = std::move(name),
          .reference = std::move(reference),
          .units = batch,
          .make = repeat<State>([] { return State{}; },
                                [](State& messages, std::size_t i) {
                                  keep(siphash<Compression, Finalization>(key, messages.all[i]));
                                })};
}

struct CookieState {
  MasterSecret secret = MasterSecret::from_seed(1);
  CookieKeys keys;
  SipKey current;
  std::array<CookieTuple, batch> tuples{};
  std::array<std::uint32_t, batch> cookies{};
  AgreedOptions agreed{
      .mss_index = 3, .client_scale = 7, .sack = true, .timestamps = true, .ecn = false};

  explicit CookieState(Family family) {
    keys.refresh(secret, unix_s);
    current = keys.get(cookie_slot(unix_s));
    for (std::size_t i = 0; i < batch; ++i) {
      const std::string number = std::to_string(i);
      const bool ipv4 = family == Family::ipv4;
      tuples[i] = {.source = *Address::parse((ipv4 ? "198.51.100." : "2001:db8::") + number),
                   .destination = *Address::parse(ipv4 ? "192.0.2.10" : "2001:db8:1::10"),
                   .source_port = static_cast<std::uint16_t>(1024 + i),
                   .destination_port = 80};
      cookies[i] = make_cookie(current, tuples[i], cookie_slot(unix_s), agreed, 1000);
    }
  }
  [[nodiscard]] bool check(std::size_t i, std::uint32_t difference) const {
    return check_cookie(keys, tuples[i], cookie_slot(unix_s), cookies[i] ^ difference, 1000,
                        timestamp_bits(agreed))
        .has_value();
  }
};

template <typename Each>
Micro cookie_micro(std::string name, Family family, Each each) {
  return {
      .name = std::move(name), .reference = hash_message, .units = batch, .make = [family, each] {
        const auto state = std::make_shared<CookieState>(family);
        return Work{.run = [state, each] {
          for (std::size_t i = 0; i < batch; ++i) each(*state, i);
        }};
      }};
}

/// As the pipeline hashes: the messages of a whole burst at once, in the lanes of vectors.
void add_bursts(Micros& micros) {
  struct Level {
    const char* name;
    SimdLevel level;
  };
  for (const Level level : {Level{"scalar", SimdLevel::scalar}, Level{"avx2", SimdLevel::avx2},
                            Level{"avx512", SimdLevel::avx512}}) {
    if (level.level > detect_simd_level()) continue;
    for (const bool ipv4 : {true, false}) {
      const auto add = [&](const std::string& name, auto hash) {
        micros.push_back(
            {.name =
                 "siphash/" + name + "_burst/" + level.name + (ipv4 ? "_15_bytes" : "_39_bytes"),
             .reference = hash_message,
             .units = batch,
             .make = [level, ipv4, hash] {
               const auto messages = std::make_shared<PacketMessages>();
               messages->start(batch);
               for (std::size_t i = 0; i < batch; ++i) {
                 if (ipv4) messages->set_ipv4(i, Messages<2>{}.all[i]);
                 if (!ipv4) messages->set_ipv6(i, Messages<5>{}.all[i]);
               }
               return Work{.run = [messages, hash, hashing = SipHashBurst{level.level}] {
                 hash(hashing, *messages);
                 keep(messages->hashes());
               }};
             }});
      };
      add("1_3", [](const SipHashBurst& hashing, PacketMessages& messages) {
        hashing.table_hashes(key, messages);
      });
      add("2_4", [](const SipHashBurst& hashing, PacketMessages& messages) {
        hashing.cookie_hashes(key, key, messages);
      });
    }
  }
}

void add_cookies(Micros& micros) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const std::string end = family == Family::ipv4 ? "_v4" : "_v6";
    micros.push_back(
        cookie_micro("cookie/make" + end, family, [](CookieState& state, std::size_t i) {
          keep(make_cookie(state.current, state.tuples[i], cookie_slot(unix_s), state.agreed,
                           static_cast<std::uint32_t>(i)));
        }));
    micros.push_back(
        cookie_micro("cookie/check_valid" + end, family,
                     [](CookieState& state, std::size_t i) { keep(state.check(i, 0)); }));
    micros.push_back(
        cookie_micro("cookie/check_invalid" + end, family,
                     [](CookieState& state, std::size_t i) { keep(state.check(i, 0x00001000)); }));
  }
}

}  // namespace

void add_references(Micros& micros) {
  struct Buffers {
    std::array<std::array<std::uint8_t, 64>, batch> from{};
    std::array<std::array<std::uint8_t, 64>, batch> to{};
  };
  micros.push_back({.name = copy_frame,
                    .reference = {},
                    .units = batch,
                    .make = repeat<Buffers>([] { return Buffers{}; },
                                            [](Buffers& buffers, std::size_t i) {
                                              std::memcpy(buffers.to[i].data(),
                                                          buffers.from[i].data(), 60);
                                              keep(buffers.to[i]);
                                            })});
  // 16 bytes and the word with the length.
  micros.push_back(siphash_micro<2, 4, 3>(hash_message, {}));
}

void add_hash_micros(Micros& micros) {
  micros.push_back(siphash_micro<1, 3, 2>("siphash/1_3/15_bytes", hash_message));
  micros.push_back(siphash_micro<1, 3, 5>("siphash/1_3/39_bytes", hash_message));
  micros.push_back(siphash_micro<2, 4, 2>("siphash/2_4/15_bytes", hash_message));
  micros.push_back(siphash_micro<2, 4, 5>("siphash/2_4/39_bytes", hash_message));
  add_bursts(micros);
  add_cookies(micros);
}

}  // namespace sekimori::bench
