#pragma once

#include <memory>
#include <optional>
#include <string>

#include "control/model/delivery.hpp"
#include "control/notify/notifier.hpp"
#include "control/notify/webhook_signature.hpp"

namespace sekimori {

/// What attempts need of the policy. It does not change.
struct NotifySettings {
  NotifyDirectory directory;
  std::string smtp_origin;
  std::optional<WebhookSecret> secret;
  std::string no_secret;  ///< why there is none

  /// What keeps deliveries of a channel from being tried; empty: nothing.
  [[nodiscard]] std::string obstacle_to(Channel channel) const;
};

/// Reads the secret file.
[[nodiscard]] std::shared_ptr<const NotifySettings> make_settings(NotifyDirectory directory);

}  // namespace sekimori
