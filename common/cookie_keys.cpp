#include "common/cookie_keys.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/bytes.hpp"

namespace sekimori {

static_assert(MasterSecret::bytes == crypto_kdf_KEYBYTES);

tl::expected<MasterSecret, std::string> MasterSecret::load(const std::string& path) {
  const auto failed = [&](const std::string& why) {
    return tl::unexpected<std::string>{path + ": " + why};
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(std::strerror(errno));
  struct stat status {};
  MasterSecret secret;
  std::array<std::uint8_t, bytes + 1> content;
  const bool known = fstat(file, &status) == 0;
  const ssize_t length = read(file, content.data(), content.size());
  close(file);
  if (!known || (status.st_mode & 077) != 0)
    return failed("must be readable by its owner only (mode 0600)");
  if (length != static_cast<ssize_t>(bytes)) return failed("must hold exactly 32 bytes");
  std::memcpy(secret.secret_.data(), content.data(), bytes);
  sodium_memzero(content.data(), content.size());
  return secret;
}

MasterSecret MasterSecret::random() {
  MasterSecret secret;
  randombytes_buf(secret.secret_.data(), secret.secret_.size());
  return secret;
}

MasterSecret MasterSecret::from_seed(std::uint64_t seed) {
  MasterSecret secret;
  std::memcpy(secret.secret_.data(), &seed, sizeof(seed));
  return secret;
}

MasterSecret::~MasterSecret() {
  sodium_memzero(secret_.data(), secret_.size());
}

SipKey MasterSecret::derive(std::uint64_t number, const char* context) const {
  std::array<std::uint8_t, 16> key;
  crypto_kdf_derive_from_key(key.data(), key.size(), number, context, secret_.data());
  return {.k0 = sekimori::load<std::uint64_t>(key.data()),
          .k1 = sekimori::load<std::uint64_t>(key.data() + 8)};
}

SipKey MasterSecret::cookie_key(std::uint64_t slot) const {
  return derive(slot, "sekicook");
}

SipKey MasterSecret::table_key(std::uint64_t purpose) const {
  return derive(purpose, "sekitabl");
}

void CookieKeys::refresh(const MasterSecret& secret, std::uint64_t unix_s) {
  const std::uint64_t slot = cookie_slot(unix_s);
  for (const std::uint64_t s : {slot - 1, slot, slot + 1}) {
    if (const SipKey key = secret.cookie_key(s); !(get(s) == key)) set(s, key);
  }
}

void CookieKeys::set(std::uint64_t slot, const SipKey& key) {
  Register& entry = registers_[slot % cookie_key_registers];
  entry.k0.store(key.k0, std::memory_order_relaxed);
  entry.k1.store(key.k1, std::memory_order_relaxed);
}

SipKey CookieKeys::get(std::uint64_t slot) const {
  const Register& entry = registers_[slot % cookie_key_registers];
  return {.k0 = entry.k0.load(std::memory_order_relaxed),
          .k1 = entry.k1.load(std::memory_order_relaxed)};
}

std::array<SlotKey, 3> CookieKeys::around(std::uint64_t unix_s) const {
  const std::uint64_t slot = cookie_slot(unix_s);
  return {{{slot - 1, get(slot - 1)}, {slot, get(slot)}, {slot + 1, get(slot + 1)}}};
}

}  // namespace sekimori
