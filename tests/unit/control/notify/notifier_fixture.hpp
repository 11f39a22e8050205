#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "control/notify/notifier.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/notices.hpp"

namespace sekimori::test {

inline constexpr std::chrono::seconds patience{30};

/// A notifier with a directory whose only contact is the operators' webhook, with short pauses.
class NotifierFixture : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "sekimori-notify-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    directory_.notify.webhook_secret_file = write_secret(0600);
    directory_.notify.mail_from = "sekimori@dc.example";
    options_.node = "seki-1";
    options_.retry = {.first_pause_ms = 5,
                      .longest_pause_ms = 20,
                      .most_attempts = 1'000,
                      .longest_age_ms = 3'600'000};
    options_.limits.connect_timeout_ms = 2'000;
  }
  void TearDown() override {
    notifier_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string write_secret(::mode_t mode) {
    const std::string path = folder_ / "secret";
    std::ofstream{path} << secret_;
    ::chmod(path.c_str(), mode);
    return path;
  }

  void start() {
    auto started = Notifier::start(log_, options_, directory_);
    ASSERT_TRUE(started) << started.error();
    notifier_ = std::move(*started);
  }
  void stop() { notifier_.reset(); }

  [[nodiscard]] bool wait_for(DeliveryState state, std::size_t count) const {
    return lab::wait_until(patience, [&] { return log_.count(state) == count; });
  }
  /// Waits until some delivery has been tried and has to be again.
  [[nodiscard]] bool wait_for_retry() const {
    return lab::wait_until(patience, [&] {
      for (const Delivery& delivery : log_.all()) {
        if (delivery.progress.attempts > 0) return true;
      }
      return false;
    });
  }
  [[nodiscard]] NoticeCounts counts(Channel channel) const {
    return notifier_->counts().channels[static_cast<std::size_t>(channel)];
  }

  const std::string secret_ = std::string(32, 's');
  std::filesystem::path folder_;
  NotifyDirectory directory_;
  NotifierOptions options_;
  MemoryDeliveryLog log_;
  std::unique_ptr<Notifier> notifier_;
};

}  // namespace sekimori::test
