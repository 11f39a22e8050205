// Writes the vectors of the SYN cookie, version 1, to standard output. README.md beside this file
// describes the format.

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "dataplane/state/syn_cookie.hpp"

namespace sekimori {
namespace {

/// One SYN that is answered with a cookie.
struct Case {
  SipKey key;
  std::uint64_t slot = 0;
  CookieTuple tuple;
  AgreedOptions agreed;
  std::uint32_t client_isn = 0;
};

/// Numbers that look random and are the same in every run (its sequence is fixed by the standard).
class Source {
 public:
  std::uint64_t number() { return engine_(); }
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_() >> 32); }

  SipKey key() {
    const std::uint64_t k0 = number();
    return {.k0 = k0, .k1 = number()};
  }

  CookieTuple tuple(Family family) {
    const Address source = address(family);
    const Address destination = address(family);
    const std::uint32_t ports = word();
    return {.source = source,
            .destination = destination,
            .source_port = static_cast<std::uint16_t>(ports >> 16),
            .destination_port = static_cast<std::uint16_t>(ports)};
  }

 private:
  Address address(Family family) {
    std::array<std::uint8_t, 16> bytes;
    store(bytes.data(), number());
    store(bytes.data() + 8, number());
    if (family == Family::ipv4) return Address::from_ipv4(load<be32>(bytes.data()));
    bytes[0] = 0x20;
    return Address::from_ipv6(bytes.data());
  }

  std::mt19937_64 engine_{20040101};
};

constexpr std::array families{Family::ipv4, Family::ipv6};
/// A slot of the year 2023, about which the others lie.
constexpr std::uint64_t ordinary_slot = 26'562'500;

class Generator {
 public:
  void run() {
    every_agreement();
    every_low_byte_of_the_slot();
    slots_around_wraps();
    changes_of_the_key();
    edges_of_the_client_isn();
    bad_ack_challenges();
    extreme_tuples();
  }

 private:
  Case ordinary(Family family) {
    return {.key = source_.key(),
            .slot = ordinary_slot + source_.word() % 1024,
            .tuple = source_.tuple(family),
            .agreed = {.mss_index = 3, .client_scale = 7, .sack = true},
            .client_isn = source_.word()};
  }

  void section(const char* text) { std::printf("# %s\n", text); }

  void put(const Case& c) {
    const bool ipv4 = c.tuple.source.is_ipv4();
    const auto address = [&](const Address& a) {
      std::string text;
      for (int i = ipv4 ? 12 : 0; i < 16; ++i) text += byte(a.bytes()[i]);
      return text;
    };
    std::array<std::uint8_t, 16> key;
    store(key.data(), c.key.k0);
    store(key.data() + 8, c.key.k1);
    std::string key_text;
    for (const std::uint8_t b : key) key_text += byte(b);
    const unsigned opt = (c.agreed.timestamps ? 0x80U : 0U) |
                         static_cast<unsigned>(c.agreed.mss_index) << 3 | scale_index(c.agreed);
    std::printf("%c %s %016llx %s %s %04x %04x %02x %02x %08x %08x\n", ipv4 ? '4' : '6',
                key_text.c_str(), static_cast<unsigned long long>(c.slot),
                address(c.tuple.source).c_str(), address(c.tuple.destination).c_str(),
                unsigned{c.tuple.source_port}, unsigned{c.tuple.destination_port}, opt,
                unsigned{timestamp_bits(c.agreed)}, c.client_isn,
                make_cookie(c.key, c.tuple, c.slot, c.agreed, c.client_isn));
  }

  static std::string byte(std::uint8_t value) {
    std::array<char, 3> text{};
    std::snprintf(text.data(), text.size(), "%02x", value);
    return text.data();
  }

  /// Every agreement that a cookie can carry, with timestamps and without.
  void every_agreement() {
    section("every MSS class with every scale, SACK and ECN, with timestamps and without");
    for (const Family family : families) {
      for (unsigned bits = 0; bits < 4 * 16 * 2 * 2 * 2; ++bits) {
        Case c = ordinary(family);
        c.agreed = {.mss_index = static_cast<std::uint8_t>(bits & 3),
                    .client_scale = static_cast<std::uint8_t>(bits >> 2 & 15),
                    .sack = (bits >> 6 & 1) != 0,
                    .timestamps = (bits >> 7 & 1) != 0,
                    .ecn = (bits >> 8 & 1) != 0};
        // Only what the cookie can carry back is a case.
        if (representable(c.agreed) == c.agreed) put(c);
      }
    }
  }

  void every_low_byte_of_the_slot() {
    section("every low byte of the slot");
    for (std::uint64_t low = 0; low < 256; ++low) {
      Case c = ordinary(families[low % 2]);
      c.agreed.timestamps = (low & 2) != 0;
      c.slot = (ordinary_slot & ~std::uint64_t{0xff}) + low;
      put(c);
    }
  }

  void slots_around_wraps() {
    section("slots on both sides of where their low byte and their low 32 bits wrap, and slot 0");
    for (const Family family : families) {
      for (const std::uint64_t wrap :
           {std::uint64_t{0x100}, std::uint64_t{0x1955000}, std::uint64_t{1} << 32}) {
        const Case c = ordinary(family);
        for (std::uint64_t slot = wrap - 3; slot < wrap + 4; ++slot) {
          Case at = c;
          at.slot = slot;
          put(at);
        }
      }
      Case first = ordinary(family);
      first.slot = 0;
      put(first);
    }
  }

  void changes_of_the_key() {
    section("the same SYN in consecutive slots, each with a key of its own");
    for (const Family family : families) {
      for (unsigned i = 0; i < 8; ++i) {
        Case c = ordinary(family);
        c.agreed.timestamps = i % 2 != 0;
        for (unsigned slot = 0; slot < 6; ++slot) {
          put(c);
          ++c.slot;
          c.key = source_.key();
        }
      }
    }
  }

  void edges_of_the_client_isn() {
    section("client sequence numbers about which the sum of 25 bits wraps");
    for (const Family family : families) {
      const Case c = ordinary(family);
      for (const std::uint32_t isn : {0U, 1U, 0x01ffffffU, 0x02000000U, 0x02000001U, 0x7fffffffU,
                                      0x80000000U, 0xfdffffffU, 0xfe000000U, 0xffffffffU}) {
        Case at = c;
        at.client_isn = isn;
        put(at);
      }
    }
  }

  void bad_ack_challenges() {
    section("challenges of the mode bad-ack: client sequence number 0, no options");
    for (const Family family : families) {
      for (unsigned i = 0; i < 32; ++i) {
        Case c = ordinary(family);
        c.slot = ordinary_slot + i;
        c.agreed = {};
        c.client_isn = 0;
        put(c);
      }
    }
  }

  void extreme_tuples() {
    section("addresses, ports and keys of all zeros and all ones");
    std::array<std::uint8_t, 16> zeros{};
    std::array<std::uint8_t, 16> ones;
    ones.fill(0xff);
    for (const Family family : families) {
      for (unsigned bits = 0; bits < 32; ++bits) {
        const auto address = [&](unsigned bit) {
          const std::uint8_t* bytes = (bits >> bit & 1) != 0 ? ones.data() : zeros.data();
          return family == Family::ipv4 ? Address::from_ipv4(load<be32>(bytes))
                                        : Address::from_ipv6(bytes);
        };
        const auto number = [&](unsigned bit) {
          return static_cast<std::uint16_t>((bits >> bit & 1) != 0 ? 0xffff : 0);
        };
        Case c = ordinary(family);
        c.tuple = {.source = address(0),
                   .destination = address(1),
                   .source_port = number(2),
                   .destination_port = number(3)};
        const std::uint64_t key = (bits >> 4 & 1) != 0 ? ~std::uint64_t{0} : 0;
        c.key = {.k0 = key, .k1 = key};
        put(c);
      }
    }
  }

  Source source_;
};

}  // namespace
}  // namespace sekimori

int main() {
  std::puts("# SYN cookie, version 1. Written by sekimori-cookie-vectors; see README.md.");
  std::puts("# family key slot source destination sport dport opt tsopt isn cookie");
  sekimori::Generator{}.run();
}
