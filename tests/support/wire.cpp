#include "tests/support/wire.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cstring>
#include <utility>

#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

constexpr std::ptrdiff_t mac_addresses_length = 12;
constexpr std::uint16_t vlan_id_mask = 0x0fff;

}  // namespace

Wire::Wire(const Port& left, const Port& right, TagSide tag_side, std::vector<VlanTag> tags)
    : left_(left),
      right_(right),
      tag_side_(tag_side),
      tags_(std::move(tags)),
      stop_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")),
      thread_([this] { relay(); }) {}

Wire::~Wire() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

Wire::Rule& Wire::add(const WireRule& rule) {
  const std::lock_guard lock(rules_mutex_);
  return rules_.emplace_back(rule);
}

Wire::Rule& Wire::watch(Way way, const std::string& filter) {
  return add({.way = way, .filter = filter, .lose = 0});
}

bool Wire::Rule::loses(Way way, std::span<const std::byte> frame) {
  if (way != settings_.way || !filter_.matches(frame)) {
    return false;
  }
  const std::uint64_t before = matched_++;
  if (before < settings_.pass || before - settings_.pass >= settings_.lose) {
    return false;
  }
  if (settings_.rate < 1.0 &&
      std::uniform_real_distribution<>{0.0, 1.0}(random_) >= settings_.rate) {
    return false;
  }
  ++lost_;
  return true;
}

void Wire::relay() {
  std::array<pollfd, 3> waiting{{{.fd = left_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = right_.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = stop_.get(), .events = POLLIN, .revents = 0}}};
  while (::poll(waiting.data(), waiting.size(), -1) >= 0 || errno == EINTR) {
    if (waiting[2].revents != 0) {
      return;
    }
    if (waiting[0].revents != 0) {
      carry(Way::toward_server);
    }
    if (waiting[1].revents != 0) {
      carry(Way::toward_client);
    }
  }
}

void Wire::carry(Way way) {
  // A bounded turn, so that a stream one way does not keep the other waiting.
  constexpr int frames_per_turn = 64;
  PacketSocket& from = way == Way::toward_server ? left_ : right_;
  PacketSocket& to = way == Way::toward_server ? right_ : left_;
  const TagSide ahead = way == Way::toward_server ? TagSide::right : TagSide::left;
  const std::lock_guard lock(rules_mutex_);
  for (int i = 0; i < frames_per_turn; ++i) {
    auto frame = from.receive();
    if (!frame) {
      return;
    }
    if (tag_side_ != TagSide::none && tag_side_ != ahead && !remove_tags(*frame)) {
      continue;
    }
    bool lost = false;
    for (Rule& rule : rules_) {
      lost = rule.loses(way, *frame) || lost;
    }
    if (lost) {
      continue;
    }
    if (tag_side_ == ahead) {
      add_tags(*frame);
    }
    to.send(*frame);
  }
}

void Wire::add_tags(std::vector<std::byte>& frame) const {
  for (auto tag = tags_.rbegin(); tag != tags_.rend(); ++tag) {
    const std::array<std::uint16_t, 2> words{htons(tag->ethertype), htons(tag->id)};
    const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
    frame.insert(frame.begin() + mac_addresses_length, bytes, bytes + sizeof words);
  }
}

// A frame without exactly these tags is not of this VLAN, and a switch would not let it out here.
bool Wire::remove_tags(std::vector<std::byte>& frame) const {
  for (const VlanTag& tag : tags_) {
    std::array<std::uint16_t, 2> words{};
    if (frame.size() < mac_addresses_length + sizeof words) {
      return false;
    }
    std::memcpy(words.data(), frame.data() + mac_addresses_length, sizeof words);
    if (ntohs(words[0]) != tag.ethertype || (ntohs(words[1]) & vlan_id_mask) != tag.id) {
      return false;
    }
    const auto at = frame.begin() + mac_addresses_length;
    frame.erase(at, at + sizeof words);
  }
  return true;
}

}  // namespace sekimori::lab
