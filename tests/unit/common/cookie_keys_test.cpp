#include "common/cookie_keys.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

namespace sekimori {
namespace {

/// A file that is removed at the end.
class SecretFile {
 public:
  SecretFile(const std::string& content, mode_t mode) {
    const int file = mkstemp(path_.data());
    if (write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
        fchmod(file, mode) != 0) {
      ADD_FAILURE() << "cannot write " << path_;
    }
    close(file);
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/sekimori-secret-XXXXXX";
};

TEST(MasterSecret, ReadsAFileOfItsOwnerOnly) {
  struct Case {
    std::size_t length;
    mode_t mode;
    std::string_view error;
  };
  constexpr std::array cases{
      Case{32, 0600, ""},
      Case{32, 0400, ""},
      Case{32, 0640, "must be readable by its owner only (mode 0600)"},
      Case{32, 0604, "must be readable by its owner only (mode 0600)"},
      Case{31, 0600, "must hold exactly 32 bytes"},
      Case{33, 0600, "must hold exactly 32 bytes"},
      Case{0, 0600, "must hold exactly 32 bytes"},
  };
  for (const Case& c : cases) {
    const SecretFile file{std::string(c.length, 's'), c.mode};
    const auto secret = MasterSecret::load(file.path());
    EXPECT_EQ(secret.has_value(), c.error.empty());
    if (!secret) {
      EXPECT_EQ(secret.error(), file.path() + ": " + std::string{c.error});
    }
  }
  EXPECT_EQ(MasterSecret::load("/nonexistent").error(), "/nonexistent: No such file or directory");
}

TEST(MasterSecret, DerivesKeysFromItsBytes) {
  const SecretFile file{std::string(32, 's'), 0600};
  const auto one = MasterSecret::load(file.path());
  const auto same = MasterSecret::load(file.path());
  EXPECT_EQ(one->cookie_key(7), same->cookie_key(7));
  EXPECT_FALSE(one->cookie_key(7) == one->cookie_key(8));
  EXPECT_FALSE(one->cookie_key(7) == one->table_key(7));
  EXPECT_FALSE(one->table_key(0) == one->table_key(1));
  EXPECT_FALSE(one->cookie_key(7) == MasterSecret::from_seed(1).cookie_key(7));
  EXPECT_EQ(MasterSecret::from_seed(1).cookie_key(7), MasterSecret::from_seed(1).cookie_key(7));
  EXPECT_FALSE(MasterSecret::random().cookie_key(7) == MasterSecret::random().cookie_key(7));
}

TEST(CookieKeys, HoldTheSlotsAroundNow) {
  const MasterSecret secret = MasterSecret::from_seed(1);
  CookieKeys keys;
  for (const std::uint64_t slot : {100ULL, 101ULL, 102ULL, 110ULL}) {
    keys.refresh(secret, slot * cookie_slot_s + 5);
    for (const std::uint64_t known : {slot - 1, slot, slot + 1}) {
      EXPECT_EQ(keys.get(known), secret.cookie_key(known)) << slot;
    }
  }
}

TEST(CookieKeys, KeepLiveKeysWhenTheNextSlotBegins) {
  const MasterSecret secret = MasterSecret::from_seed(1);
  CookieKeys keys;
  keys.refresh(secret, 100 * cookie_slot_s);
  // A cookie of slot 100 is accepted until slot 101 ends.
  keys.refresh(secret, 102 * cookie_slot_s - 1);
  EXPECT_EQ(keys.get(100), secret.cookie_key(100));
  EXPECT_EQ(keys.get(101), secret.cookie_key(101));
}

TEST(CookieSlot, LastsSixtyFourSeconds) {
  EXPECT_EQ(cookie_slot(63), 0U);
  EXPECT_EQ(cookie_slot(64), 1U);
  EXPECT_EQ(cookie_slot(1'700'000'000), 26'562'500U);
}

}  // namespace
}  // namespace sekimori
