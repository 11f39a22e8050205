#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// A 128-bit SipHash key as the two little-endian words that the algorithm starts from.
struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;

  friend bool operator==(const SipKey&, const SipKey&) = default;
};

/// How long one cookie slot lasts; a cookie is accepted in its slot and in the next.
inline constexpr std::uint64_t cookie_slot_s = 64;
inline constexpr std::size_t cookie_key_registers = 4;

[[nodiscard]] constexpr std::uint64_t cookie_slot(std::uint64_t unix_s) {
  return unix_s / cookie_slot_s;
}

struct SlotKey {
  std::uint64_t slot = 0;
  SipKey key;

  friend bool operator==(const SlotKey&, const SlotKey&) = default;
};

/// The secret from which every key of a node derives. Nodes that share it accept each other's
/// cookies.
class MasterSecret {
 public:
  static constexpr std::size_t bytes = 32;

  /// Reads exactly 32 bytes from a file that only its owner can read.
  static tl::expected<MasterSecret, std::string> load(const std::string& path);
  static MasterSecret random();
  /// Repeatable keys for replay and tests; not secret.
  static MasterSecret from_seed(std::uint64_t seed);

  MasterSecret(const MasterSecret&) = default;
  MasterSecret& operator=(const MasterSecret&) = default;
  ~MasterSecret();

  /// The cookie key of one slot: crypto_kdf with context "sekicook" and the slot as subkey number.
  [[nodiscard]] SipKey cookie_key(std::uint64_t slot) const;
  /// The key of the connections' hash, which a card puts into its metadata.
  [[nodiscard]] SipKey flow_key() const { return table_key(0); }
  /// A key for the hash tables of this process; `purpose` tells the keys apart. 0 is taken.
  [[nodiscard]] SipKey table_key(std::uint64_t purpose) const;

 private:
  MasterSecret() = default;
  [[nodiscard]] SipKey derive(std::uint64_t number, const char* context) const;

  std::array<std::uint8_t, bytes> secret_{};
};

/// The four key registers; slot s uses register s mod 4. Written by one thread during slot s for
/// slot s + 1, read by all workers. A key in use is never rewritten, so no further ordering is
/// needed.
class CookieKeys {
 public:
  /// Fills the registers of the slots before, at and after `unix_s`. Call at start and then at
  /// least once in every slot.
  void refresh(const MasterSecret& secret, std::uint64_t unix_s);
  void set(std::uint64_t slot, const SipKey& key);
  [[nodiscard]] SipKey get(std::uint64_t slot) const;
  /// The keys of the slots before, at and after `unix_s`, once they have been set.
  [[nodiscard]] std::array<SlotKey, 3> around(std::uint64_t unix_s) const;

 private:
  struct Register {
    std::atomic<std::uint64_t> k0{0};
    std::atomic<std::uint64_t> k1{0};
  };
  std::array<Register, cookie_key_registers> registers_;
};

}  // namespace sekimori
