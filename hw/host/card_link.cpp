#include "hw/host/card_link.hpp"

#include <exception>
#include <utility>

namespace sekimori {

tl::expected<std::unique_ptr<CardLink>, std::string> CardLink::start(Open open,
                                                                     const SipKey& flow_key,
                                                                     Log log) {
  std::unique_ptr<CardLink> link{new CardLink{std::move(open), flow_key, std::move(log)}};
  if (auto connected = link->connect(); !connected) return tl::unexpected{connected.error()};
  link->capacity_ = link->keeper_->capacity();
  link->thread_ = std::thread{[&self = *link] { self.work(); }};
  return link;
}

CardLink::~CardLink() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    orders_.stop = waiting_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void CardLink::follow(const PolicyImage& policy, std::span<const Measure> measures) {
  auto tables = OffloadTables::from_policy(policy, measures, capacity_);
  if (!tables) {
    log_("card: leaves everything to software under policy " + policy.id() + ": " + tables.error());
  }
  {
    const std::lock_guard lock{mutex_};
    orders_.other_policy = waiting_ = true;
    orders_.policy = policy.number();
    orders_.policy_id = policy.id();
    orders_.tables = tables ? std::make_shared<const OffloadTables>(std::move(*tables)) : nullptr;
  }
  changed_.notify_one();
}

void CardLink::refresh(std::span<const SlotKey> keys) {
  {
    const std::lock_guard lock{mutex_};
    waiting_ = true;
    orders_.keys.assign(keys.begin(), keys.end());
  }
  changed_.notify_one();
}

std::optional<std::uint64_t> CardLink::answers_by() const {
  const std::lock_guard lock{mutex_};
  return answers_by_;
}

void CardLink::show(std::optional<std::uint64_t> policy) {
  const std::lock_guard lock{mutex_};
  answers_by_ = policy;
}

CardLink::Orders CardLink::take_orders() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_; });
  waiting_ = false;
  Orders orders = orders_;
  orders_.other_policy = false;
  return orders;
}

tl::expected<void, std::string> CardLink::connect() try {
  auto registers = open_();
  if (!registers) return tl::unexpected{registers.error()};
  auto keeper = CardKeeper::open(**registers, flow_key_);
  if (!keeper) return tl::unexpected{keeper.error()};
  registers_ = std::move(*registers);
  keeper_.emplace(std::move(*keeper));
  return {};
} catch (const std::exception& error) {
  return tl::unexpected<std::string>{error.what()};
}

void CardLink::disconnect(const std::string& why) {
  keeper_.reset();
  registers_.reset();
  show(std::nullopt);
  if (std::exchange(trouble_, why) != why) log_("card: lost, and tried again every second: " + why);
}

bool CardLink::reconnect() {
  if (keeper_) return true;
  if (const auto connected = connect(); !connected) {
    disconnect(connected.error());
  } else if (keeper_->capacity() != capacity_) {
    disconnect("it has tables of other sizes than before; start the dataplane again");
  }
  return keeper_.has_value();
}

void CardLink::work() {
  for (;;) {
    Orders orders = take_orders();
    const bool anew = !keeper_;
    if (orders.stop && anew) return;
    if (!reconnect()) continue;
    orders.other_policy |= anew;
    try {
      carry_out(orders);
      trouble_.clear();
    } catch (const std::exception& error) {
      disconnect(error.what());
    }
    if (orders.stop) return;
  }
}

void CardLink::carry_out(const Orders& orders) {
  if (orders.stop) return keeper_->stop_answering();
  keeper_->set_time();
  keeper_->give_keys(orders.keys);
  if (orders.tables == nullptr || orders.keys.empty()) {
    keeper_->stop_answering();
    return show(std::nullopt);
  }
  if (!orders.other_policy && answers_by()) return;
  keeper_->answer_by(*orders.tables);
  show(orders.policy);
  log_("card: answers by policy " + orders.policy_id);
}

}  // namespace sekimori
