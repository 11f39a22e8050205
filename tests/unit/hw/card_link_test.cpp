#include "hw/host/card_link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "hw/host/syn_cookie_registers.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori::test {
namespace {

using namespace std::chrono_literals;
using lab::wait_until;
using testing::Contains;
using testing::HasSubstr;
namespace reg = syn_cookie_registers;

constexpr SipKey flow_key{.k0 = 70, .k1 = 71};
constexpr std::uint32_t flow_key_number = 4;
constexpr std::uint64_t slot = 26'562'500;

/// What a card has been told. It outlives the registers, which come and go with the card.
struct Told {
  std::mutex mutex;
  bool pulled = false;
  std::uint32_t capabilities = 4 | 2 << 4 | 6 << 8;
  bool answers = false;
  std::uint32_t bank = 0;
  std::size_t table_writes = 0;
  std::map<std::uint32_t, std::array<std::uint32_t, 4>> keys;
  std::vector<std::string> log;
};

/// The registers of a kernel, as far as a link uses them.
class CardRegisters : public RegisterAccess {
 public:
  explicit CardRegisters(Told& told) : told_(told) {}

  void write(std::uint32_t offset, std::uint32_t value) override {
    const std::lock_guard lock{told_.mutex};
    check();
    if (offset >= reg::key && offset < reg::key + 4 * reg::key_words) {
      key_[(offset - reg::key) / 4] = value;
    } else if (offset == reg::key_select) {
      told_.keys[value] = key_;
    } else if (offset == reg::control) {
      told_.answers = (value & 1) != 0;
    } else if (offset == reg::table_write) {
      ++told_.table_writes;
    } else if (offset == reg::table_swap) {
      told_.bank ^= 1;
    }
  }
  std::uint32_t read(std::uint32_t offset) override {
    const std::lock_guard lock{told_.mutex};
    check();
    switch (offset) {
      case reg::id:
        return reg::id_value;
      case reg::version:
        return reg::version_value;
      case reg::capabilities:
        return told_.capabilities;
      case reg::table_bank:
        return told_.bank;
      default:
        return 0;
    }
  }

 private:
  void check() const {
    if (told_.pulled) throw std::runtime_error("pulled");
  }

  Told& told_;
  std::array<std::uint32_t, 4> key_{};
};

class LinkedCard : public testing::Test {
 protected:
  void start() {
    auto link = CardLink::start(
        [this]() -> tl::expected<std::shared_ptr<RegisterAccess>, std::string> {
          const std::lock_guard lock{told_.mutex};
          if (told_.pulled) return tl::unexpected<std::string>{"pulled"};
          return std::make_shared<CardRegisters>(told_);
        },
        flow_key, [this](const std::string& line) { note(line); });
    ASSERT_TRUE(link) << link.error();
    link_ = std::move(*link);
  }
  void note(const std::string& line) {
    const std::lock_guard lock{told_.mutex};
    told_.log.push_back(line);
  }
  void follow(const PolicyImage& policy) { link_->follow(policy, {}); }
  void give_keys(std::uint64_t now = slot) {
    link_->refresh(std::array{key(now - 1), key(now), key(now + 1)});
  }
  [[nodiscard]] static SlotKey key(std::uint64_t of) {
    return {.slot = of, .key = {.k0 = of, .k1 = 1}};
  }
  [[nodiscard]] bool wait_for_answers_by(std::optional<std::uint64_t> policy) {
    return wait_until(10s, [&] { return link_->answers_by() == policy; });
  }
  template <typename Ask>
  auto told(Ask ask) {
    const std::lock_guard lock{told_.mutex};
    return ask(told_);
  }
  [[nodiscard]] bool answers() {
    return told([](const Told& t) { return t.answers; });
  }
  [[nodiscard]] std::array<std::uint32_t, 4> key_in_register(std::uint64_t of) {
    return told([&](Told& t) { return t.keys[of % cookie_key_registers]; });
  }
  [[nodiscard]] std::size_t table_writes() {
    return told([](const Told& t) { return t.table_writes; });
  }

  const PolicyImage policy_ = build_image(policy_with_mode(SynMode::proxy));
  Told told_;
  std::unique_ptr<CardLink> link_;
};

TEST_F(LinkedCard, AnswersWhenItHasPolicyAndKeys) {
  start();
  EXPECT_FALSE(answers());
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  EXPECT_TRUE(answers());
  const auto keys = told([](const Told& t) { return t.keys; });
  EXPECT_EQ(keys.at(flow_key_number), key_words(flow_key));
  for (const std::uint64_t of : {slot - 1, slot, slot + 1}) {
    EXPECT_EQ(keys.at(of % cookie_key_registers), key_words(key(of).key));
  }
}

TEST_F(LinkedCard, AnswersNothingWithoutKeys) {
  start();
  follow(policy_);
  link_->refresh({});
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  link_->refresh({});
  ASSERT_TRUE(wait_for_answers_by(std::nullopt));
  EXPECT_FALSE(answers());
}

TEST_F(LinkedCard, GetsTheKeysOfLaterSlots) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  give_keys(slot + 1);
  EXPECT_TRUE(wait_until(
      10s, [this] { return key_in_register(slot + 2) == key_words(key(slot + 2).key); }));
}

/// Control may send the key of a slot to come when one of our own has been written already.
TEST_F(LinkedCard, GetsAnotherKeyForASlotToCome) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  static constexpr SlotKey other{.slot = slot + 1, .key = {.k0 = 9, .k1 = 9}};
  link_->refresh(std::array{key(slot - 1), key(slot), other});
  EXPECT_TRUE(
      wait_until(10s, [this] { return key_in_register(other.slot) == key_words(other.key); }));
}

TEST_F(LinkedCard, IsToldOnlyWhatHasChanged) {
  start();
  give_keys();
  follow(policy_);
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  TestPolicy more = policy_with_mode(SynMode::proxy);
  more.objects.push_back({.name = "mail", .prefixes = {"192.0.2.77"}});
  const PolicyImage other = build_image(more);
  follow(other);
  ASSERT_TRUE(wait_for_answers_by(other.number()));
  // Both banks have been written whole once.
  const std::size_t whole = table_writes();
  follow(policy_);
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  EXPECT_EQ(table_writes(), whole) << "the bank had this policy before";
  follow(policy_);
  link_->refresh(std::array{key(slot)});
  const PolicyImage third = build_image(policy_with_mode(SynMode::off));
  follow(third);
  ASSERT_TRUE(wait_for_answers_by(third.number()));
  EXPECT_LT(table_writes(), whole + whole / 4);
}

TEST_F(LinkedCard, IsToldEverythingAgainWhenItWasLost) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  const std::size_t whole = table_writes();
  told([](Told& t) {
    t.pulled = true;
    t.answers = false;
    t.keys.clear();
  });
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(std::nullopt));
  give_keys();
  told([](Told& t) { t.pulled = false; });
  ASSERT_TRUE(wait_until(10s, [this] {
    give_keys();
    return link_->answers_by() == policy_.number();
  }));
  EXPECT_TRUE(answers());
  EXPECT_EQ(table_writes(), 2 * whole);
  EXPECT_EQ(told([](const Told& t) { return t.keys; }).size(), 4U);
  EXPECT_THAT(told([](const Told& t) { return t.log; }), Contains(HasSubstr("lost")).Times(1));
}

TEST_F(LinkedCard, IsNotUsedWhenItComesBackAsAnother) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  told([](Told& t) { t.pulled = true; });
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(std::nullopt));
  told([](Told& t) {
    t.pulled = false;
    t.answers = false;
    t.capabilities += 1;
  });
  EXPECT_TRUE(wait_until(10s, [this] {
    give_keys();
    return told([](const Told& t) {
      return !t.log.empty() && t.log.back().find("other sizes") != std::string::npos;
    });
  }));
  EXPECT_FALSE(answers());
}

TEST_F(LinkedCard, LeavesAPolicyToSoftwareThatItCannotHold) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  TestPolicy large = policy_with_mode(SynMode::proxy);
  for (int i = 0; i < 256; ++i) {
    large.objects[0].prefixes.push_back("198.18." + std::to_string(i) + ".1");
  }
  follow(build_image(large));
  ASSERT_TRUE(wait_for_answers_by(std::nullopt));
  EXPECT_FALSE(answers());
  EXPECT_THAT(told([](const Told& t) { return t.log; }),
              Contains(HasSubstr("leaves everything to software")));
}

TEST_F(LinkedCard, AnswersNothingAnyMoreWhenTheLinkEnds) {
  start();
  follow(policy_);
  give_keys();
  ASSERT_TRUE(wait_for_answers_by(policy_.number()));
  link_.reset();
  EXPECT_FALSE(answers());
}

TEST_F(LinkedCard, HasToBeThereAtTheStart) {
  told_.pulled = true;
  const auto link = CardLink::start(
      []() -> tl::expected<std::shared_ptr<RegisterAccess>, std::string> {
        return tl::unexpected<std::string>{"no such card"};
      },
      flow_key, [](const std::string&) {});
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error(), "no such card");
}

}  // namespace
}  // namespace sekimori::test
