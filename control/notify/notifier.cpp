#include "control/notify/notifier.hpp"

#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "common/clock.hpp"
#include "control/notify/carrier.hpp"
#include "control/notify/compose.hpp"
#include "control/notify/notice_view.hpp"
#include "control/notify/outgoing.hpp"
#include "control/notify/retry.hpp"
#include "control/notify/server_url.hpp"
#include "control/notify/settings.hpp"

namespace sekimori {
namespace {

constexpr std::size_t most_waiting_incidents = 1'024;
constexpr std::size_t most_waiting_tests = 16;
/// Of how many incidents it is remembered what was told last; the log knows the rest.
constexpr std::size_t most_told = 4'096;
constexpr std::uint64_t stop_grace_ms = 2'000;
constexpr std::uint64_t longest_wait_ms = 60'000;

std::uint64_t unix_ms() {
  return read_clock().unix_ms();
}

/// A test whose deliveries are under way.
struct TestRun {
  std::promise<std::vector<TestResult>> promise;
  std::vector<TestResult> results;
  std::size_t expected = 0;

  void add(TestResult result) {
    results.push_back(std::move(result));
    if (results.size() == expected) promise.set_value(std::move(results));
  }
};

}  // namespace

class Notifier::Worker {
 public:
  Worker(DeliveryLog& log, NotifierOptions options, NotifyDirectory directory)
      : log_(log),
        options_(std::move(options)),
        settings_(make_settings(std::move(directory))),
        queue_(options_.most_pending),
        carrier_(options_.limits) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock{mutex_};
      stopping_ = true;
    }
    carrier_.wake();
    thread_.join();
  }

  tl::expected<void, std::string> start() {
    auto pending = log_.pending();
    if (!pending) return tl::make_unexpected(pending.error());
    for (Delivery& delivery : *pending) {
      // What finds no room now stays in the log for the next start.
      if (queue_.room() > 0) add_to_queue(std::move(delivery));
    }
    count_pending();
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "notify");
    return {};
  }

  void set_directory(NotifyDirectory directory) {
    auto settings = make_settings(std::move(directory));
    const std::scoped_lock lock{mutex_};
    settings_ = std::move(settings);
  }

  bool tell(const Incident& incident) {
    std::string version = content_version(operators_view(incident));
    {
      const std::scoped_lock lock{mutex_};
      const auto found = told_.find(incident.id);
      if (found != told_.end() && found->second == version) return true;
      if (incidents_.size() >= most_waiting_incidents) return false;
      incidents_.push_back(incident);
      told_[incident.id] = std::move(version);
      if (told_.size() > most_told) told_.erase(told_.begin());
    }
    carrier_.wake();
    return true;
  }

  std::future<std::vector<TestResult>> test(const std::string& tenant) {
    std::promise<std::vector<TestResult>> promise;
    auto future = promise.get_future();
    {
      const std::scoped_lock lock{mutex_};
      if (tests_.size() >= most_waiting_tests) {
        promise.set_value({{{}, false, "too many tests are under way; try again later"}});
        return future;
      }
      tests_.emplace_back(tenant, std::move(promise));
    }
    carrier_.wake();
    return future;
  }

  [[nodiscard]] Counts counts() const {
    const std::scoped_lock lock{mutex_};
    return counts_;
  }

 private:
  struct Inbox {
    std::deque<Incident> incidents;
    std::deque<std::pair<std::string, std::promise<std::vector<TestResult>>>> tests;
    bool stopping = false;
  };

  void run() {
    for (;;) {
      Inbox inbox = take_inbox();
      guarded([&] {
        // At the end too, so that what was told is in the log for the next start.
        for (const Incident& incident : inbox.incidents) compose(incident);
        for (auto& [tenant, promise] : inbox.tests) compose_test(tenant, std::move(promise));
        if (!inbox.stopping) start_due();
      });
      if (inbox.stopping) break;
      conclude(carrier_.wait(time_to_next()));
    }
    stop();
  }

  /// Nothing that a single incident does may end the thread.
  template <typename Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      set_fault(error.what());
    }
  }

  Inbox take_inbox() {
    const std::scoped_lock lock{mutex_};
    current_ = settings_;
    return {std::exchange(incidents_, {}), std::exchange(tests_, {}), stopping_};
  }

  [[nodiscard]] ComposeContext context() const {
    return {.directory = current_->directory, .node = options_.node, .now_ms = unix_ms()};
  }

  void compose(const Incident& incident) {
    const auto told = log_.recipients(incident.id);
    if (!told) set_fault(told.error());
    const std::vector<Recipient> nobody;
    if (!submit(compose_notices(incident, told ? *told : nobody, context()))) {
      const std::scoped_lock lock{mutex_};
      told_.erase(incident.id);  // so that the next call tells what found no room
    }
  }

  void compose_test(const std::string& tenant, std::promise<std::vector<TestResult>> promise) {
    std::array<unsigned char, 16> nonce{};
    randombytes_buf(nonce.data(), nonce.size());
    const std::string random{nonce.begin(), nonce.end()};
    std::vector<Delivery> deliveries = compose_tests(tenant, random, context());
    auto run = std::make_shared<TestRun>();
    run->promise = std::move(promise);
    run->expected = deliveries.size();
    if (deliveries.empty()) return run->promise.set_value({});
    for (const Delivery& delivery : deliveries) test_runs_[delivery.key] = run;
    submit(std::move(deliveries));
  }

  /// Enters new deliveries into the log and the queue; false when some found no room.
  bool submit(std::vector<Delivery> deliveries) {
    const std::size_t all = deliveries.size();
    std::erase_if(deliveries, [&](const Delivery& d) { return queue_.contains(d.key); });
    const std::size_t room = queue_.room();
    const std::size_t refused = deliveries.size() > room ? deliveries.size() - room : 0;
    for (std::size_t i = room; i < deliveries.size(); ++i) {
      end_test(deliveries[i], false, "there is no room: too many notices are pending");
    }
    deliveries.resize(deliveries.size() - refused);
    const auto fresh = log_.enqueue(deliveries);
    // Without the log the notice still has to leave; what is lost is its memory.
    set_fault(fresh ? std::string{} : fresh.error());
    std::set<std::string> keys;
    if (fresh) keys.insert(fresh->begin(), fresh->end());
    std::size_t entered = 0;
    for (Delivery& delivery : deliveries) {
      if (fresh && !keys.contains(delivery.key)) continue;
      ++entered;
      if (delivery.progress.state == DeliveryState::pending) {
        add_to_queue(std::move(delivery));
      } else {
        count(delivery.recipient.channel, &NoticeCounts::failed);
        end_test(delivery, false, delivery.progress.result);
      }
    }
    count_pending();
    const std::scoped_lock lock{mutex_};
    counts_.refused += refused;
    counts_.duplicates += all - refused - entered;
    return refused == 0;
  }

  void add_to_queue(Delivery delivery) {
    if (queue_.contains(delivery.key)) return;
    std::string origin;
    if (delivery.recipient.channel != Channel::mail) {
      origin = origin_of(delivery.recipient.address);
    }
    queue_.add(std::move(delivery), std::move(origin));
  }

  /// Starts what is due, as far as there is room for it.
  void start_due() {
    std::vector<Carrier::Finished> not_started;
    looked_ms_ = unix_ms();
    queue_.for_each_due(looked_ms_, [&](const Outgoing::Entry& entry) {
      const Delivery& delivery = entry.delivery;
      const bool is_mail = delivery.recipient.channel == Channel::mail;
      if (carrier_.carries(delivery.key) ||
          !carrier_.has_room(is_mail ? current_->smtp_origin : entry.origin)) {
        return;
      }
      const std::string obstacle = current_->obstacle_to(delivery.recipient.channel);
      if (!obstacle.empty()) {
        not_started.push_back({delivery.key, {AttemptResult::Outcome::again, obstacle}});
      } else {
        start(delivery);
      }
    });
    conclude(not_started);
  }

  void start(const Delivery& delivery) {
    const NotifyPolicy& notify = current_->directory.notify;
    switch (delivery.recipient.channel) {
      case Channel::mail:
        carrier_.start(Transfer::mail(delivery, notify.smtp, notify.mail_from, options_));
        break;
      case Channel::webhook:
        carrier_.start(
            Transfer::webhook(delivery, *current_->secret, read_clock().unix_s(), options_));
        break;
      case Channel::syslog:
        carrier_.start(std::make_unique<SyslogAttempt>(
            delivery, read_clock().monotonic_ms() + options_.limits.syslog_timeout_ms));
        break;
    }
  }

  /// Records what came of attempts.
  void conclude(const std::vector<Carrier::Finished>& attempts) {
    for (const Carrier::Finished& attempt : attempts) {
      if (!queue_.contains(attempt.key)) continue;
      const Delivery& delivery = queue_.at(attempt.key).delivery;
      const DeliveryProgress progress =
          after_attempt(delivery, attempt.result, options_.retry, unix_ms(), randombytes_random());
      if (const auto marked = log_.mark(attempt.key, progress); !marked) set_fault(marked.error());
      const Channel channel = delivery.recipient.channel;
      if (progress.state == DeliveryState::pending) {
        count(channel, &NoticeCounts::retried);
        queue_.reschedule(attempt.key, progress);
        continue;
      }
      const bool delivered = progress.state == DeliveryState::delivered;
      count(channel, delivered ? &NoticeCounts::delivered : &NoticeCounts::failed);
      end_test(delivery, delivered, progress.result);
      queue_.remove(attempt.key);
    }
    count_pending();
  }

  [[nodiscard]] std::uint64_t time_to_next() const {
    const auto next = queue_.next_due_after(looked_ms_);
    if (!next) return longest_wait_ms;
    const std::uint64_t now_ms = unix_ms();
    return *next <= now_ms ? 0 : std::min(*next - now_ms, longest_wait_ms);
  }

  void stop() {
    const std::uint64_t until_ms = read_clock().monotonic_ms() + stop_grace_ms;
    for (std::uint64_t now_ms = 0;
         !carrier_.is_idle() && (now_ms = read_clock().monotonic_ms()) < until_ms;) {
      conclude(carrier_.wait(until_ms - now_ms));
    }
    const auto runs = std::exchange(test_runs_, {});
    for (const auto& [key, run] : runs) {
      if (!queue_.contains(key)) continue;
      const Delivery& delivery = queue_.at(key).delivery;
      run->add({delivery.recipient, false, "the program was stopped before it was sent"});
    }
  }

  void end_test(const Delivery& delivery, bool delivered, const std::string& words) {
    const auto found = test_runs_.find(delivery.key);
    if (found == test_runs_.end()) return;
    found->second->add({delivery.recipient, delivered, words});
    test_runs_.erase(found);
  }

  void count(Channel channel, std::uint64_t NoticeCounts::*counter) {
    const std::scoped_lock lock{mutex_};
    ++(counts_.channels[static_cast<std::size_t>(channel)].*counter);
  }
  void count_pending() {
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < channel_count; ++i) {
      counts_.channels[i].pending = queue_.pending(static_cast<Channel>(i));
    }
  }
  void set_fault(const std::string& fault) {
    const std::scoped_lock lock{mutex_};
    counts_.fault = fault;
  }

  DeliveryLog& log_;
  const NotifierOptions options_;

  mutable std::mutex mutex_;
  // Guarded by the mutex.
  std::shared_ptr<const NotifySettings> settings_;
  std::deque<Incident> incidents_;
  std::deque<std::pair<std::string, std::promise<std::vector<TestResult>>>> tests_;
  std::map<std::uint64_t, std::string> told_;
  Counts counts_;
  bool stopping_ = false;

  // Of the thread alone, but for Carrier::wake.
  std::shared_ptr<const NotifySettings> current_;
  Outgoing queue_;
  Carrier carrier_;
  std::uint64_t looked_ms_ = 0;  ///< when it was last looked at what is due
  std::map<std::string, std::shared_ptr<TestRun>> test_runs_;
  std::thread thread_;
};

Notifier::Notifier(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

Notifier::~Notifier() = default;

tl::expected<std::unique_ptr<Notifier>, std::string> Notifier::start(DeliveryLog& log,
                                                                     const NotifierOptions& options,
                                                                     NotifyDirectory directory) {
  static const bool ready = sodium_init() >= 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) return tl::make_unexpected("libcurl or libsodium cannot be used");
  auto worker = std::make_unique<Worker>(log, options, std::move(directory));
  if (auto started = worker->start(); !started) return tl::make_unexpected(started.error());
  return std::unique_ptr<Notifier>{new Notifier(std::move(worker))};
}

void Notifier::set_directory(NotifyDirectory directory) {
  worker_->set_directory(std::move(directory));
}

bool Notifier::tell(const Incident& incident) {
  return worker_->tell(incident);
}

std::future<std::vector<TestResult>> Notifier::test(const std::string& tenant) {
  return worker_->test(tenant);
}

Notifier::Counts Notifier::counts() const {
  return worker_->counts();
}

}  // namespace sekimori
