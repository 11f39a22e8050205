#include "control/notify/settings.hpp"

#include <utility>

#include "control/notify/server_url.hpp"

namespace sekimori {

std::string NotifySettings::obstacle_to(Channel channel) const {
  if (channel == Channel::webhook && !secret) return no_secret;
  if (channel == Channel::mail && directory.notify.smtp.empty()) {
    return "there is no mail server: set notify.smtp";
  }
  return {};
}

std::shared_ptr<const NotifySettings> make_settings(NotifyDirectory directory) {
  auto settings = std::make_shared<NotifySettings>();
  settings->directory = std::move(directory);
  settings->smtp_origin = origin_of(settings->directory.notify.smtp);
  const std::string& file = settings->directory.notify.webhook_secret_file;
  if (file.empty()) {
    settings->no_secret =
        "webhooks are not sent without a signature: set notify.webhook_secret_file";
  } else if (auto secret = WebhookSecret::load(file)) {
    settings->secret = std::move(*secret);
  } else {
    settings->no_secret = secret.error();
  }
  return settings;
}

}  // namespace sekimori
