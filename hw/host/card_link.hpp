#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "common/cookie_keys.hpp"
#include "common/measure.hpp"
#include "common/policy_image.hpp"
#include "hw/host/card_keeper.hpp"

namespace sekimori {

/// Keeps a card in step with the dataplane behind it, from a thread of its own: a card that is slow
/// or hangs holds nobody up. A card that is lost is looked for again once a second, and is told
/// everything anew.
class CardLink {
 public:
  using Open = std::function<tl::expected<std::shared_ptr<RegisterAccess>, std::string>()>;
  using Log = std::function<void(const std::string&)>;

  /// Opens the card, which answers nothing until it has a policy and keys. `log` is called by this
  /// thread and by the link's.
  static tl::expected<std::unique_ptr<CardLink>, std::string> start(Open open,
                                                                    const SipKey& flow_key,
                                                                    Log log);
  /// Has the card answer nothing any more, if it can be reached.
  ~CardLink();
  CardLink(const CardLink&) = delete;
  CardLink& operator=(const CardLink&) = delete;

  /// Has the card answer by this policy and these measures. What it cannot hold it leaves to
  /// software, all of it if need be.
  void follow(const PolicyImage& policy, std::span<const Measure> measures);
  /// Gives the keys of the slots around now; to be called about once a second.
  void refresh(std::span<const SlotKey> keys);
  /// The number of the policy by which the card answers, once it does.
  [[nodiscard]] std::optional<std::uint64_t> answers_by() const;

 private:
  /// What the card is to do, and never more than the latest.
  struct Orders {
    bool stop = false;
    bool other_policy = false;
    std::vector<SlotKey> keys;
    std::uint64_t policy = 0;  ///< its number
    std::string policy_id;
    std::shared_ptr<const OffloadTables> tables;  ///< none when the card cannot hold the policy
  };

  CardLink(Open open, const SipKey& flow_key, Log log)
      : open_(std::move(open)), flow_key_(flow_key), log_(std::move(log)) {}

  [[nodiscard]] tl::expected<void, std::string> connect();
  void disconnect(const std::string& why);
  /// Has the card again if it is lost. False when it stays so.
  [[nodiscard]] bool reconnect();
  [[nodiscard]] Orders take_orders();
  void work();
  void carry_out(const Orders& orders);
  void show(std::optional<std::uint64_t> policy);

  const Open open_;
  const SipKey flow_key_;
  const Log log_;
  OffloadCapacity capacity_;

  mutable std::mutex mutex_;  ///< for what follows
  std::condition_variable changed_;
  Orders orders_;
  bool waiting_ = false;  ///< orders that the thread has not seen
  std::optional<std::uint64_t> answers_by_;

  // The thread's own.
  std::shared_ptr<RegisterAccess> registers_;
  std::optional<CardKeeper> keeper_;  ///< works on them
  std::string trouble_;               ///< that has been told
  std::thread thread_;
};

}  // namespace sekimori
