#include "control/notify/compose.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

#include "control/model/clean_text.hpp"
#include "control/model/text_forms.hpp"
#include "control/notify/mail_message.hpp"
#include "control/notify/notice_text.hpp"
#include "control/notify/notice_view.hpp"
#include "control/notify/syslog_message.hpp"
#include "control/notify/webhook_body.hpp"

namespace sekimori {
namespace {

/// A digest of texts that are kept apart, as 32 hexadecimal digits.
std::string digest(std::initializer_list<std::string_view> parts) {
  std::string message;
  for (const std::string_view part : parts) {
    message += std::to_string(part.size()) + ':';
    message += part;
  }
  std::array<unsigned char, 16> hash{};
  // The text as libsodium takes bytes.
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     nullptr, 0);
  std::array<char, 33> digits{};
  sodium_bin2hex(digits.data(), digits.size(), hash.data(), hash.size());
  return digits.data();
}

std::vector<Recipient> recipients_of(const ContactPolicy& contacts, const std::string& tenant) {
  std::vector<Recipient> recipients;
  for (const std::string& address : contacts.mail) {
    recipients.push_back({Channel::mail, address, tenant});
  }
  for (const std::string& url : contacts.webhook) {
    recipients.push_back({Channel::webhook, url, tenant});
  }
  return recipients;
}

std::vector<Recipient> operators_of(const NotifyDirectory& directory) {
  std::vector<Recipient> recipients = recipients_of(directory.notify.operators, "");
  if (!directory.notify.syslog.empty()) {
    recipients.push_back({Channel::syslog, directory.notify.syslog, ""});
  }
  return recipients;
}

const TenantPolicy* find_tenant(const NotifyDirectory& directory, const std::string& name) {
  const auto found = std::ranges::find_if(
      directory.tenants, [&](const TenantPolicy& tenant) { return tenant.name.value == name; });
  return found == directory.tenants.end() ? nullptr : &*found;
}

/// Makes the deliveries for one audience.
class Audience {
 public:
  Audience(NoticeView view, Language language, const ComposeContext& context)
      : view_(std::move(view)), language_(language), context_(context) {
    view_.node = clean_text(context.node);
    view_.sent_ms = context.now_ms;
    if (view_.for_operators()) return;
    for (const std::string& address : context.directory.notify.operators.mail) {
      view_.inquiries.push_back(clean_text(address));
    }
  }

  /// `identity` tells the incident or test from all others, `version` what is told of it.
  Delivery delivery(const Recipient& recipient, Occasion occasion, const std::string& identity,
                    const std::string& version) {
    view_.occasion = occasion;
    const NoticeText text = notice_text(view_, language_);
    Delivery delivery;
    delivery.key =
        digest({context_.node, identity, channel_names[static_cast<std::size_t>(recipient.channel)],
                recipient.address, recipient.tenant, version});
    delivery.incident = view_.incident;
    delivery.occasion = occasion;
    delivery.recipient = recipient;
    delivery.subject = text.subject;
    delivery.created_ms = context_.now_ms;
    delivery.progress.due_ms = context_.now_ms;
    if (const std::string obstacle = obstacle_to(recipient); !obstacle.empty()) {
      delivery.progress = {.state = DeliveryState::failed,
                           .attempts = 0,
                           .due_ms = context_.now_ms,
                           .finished_ms = context_.now_ms,
                           .result = obstacle};
      return delivery;
    }
    switch (recipient.channel) {
      case Channel::mail:
        write_mail(delivery, text, identity);
        break;
      case Channel::webhook:
        delivery.content = webhook_body(view_, text, language_, delivery.key);
        break;
      case Channel::syslog:
        delivery.content = syslog_message(view_, text.subject);
        break;
    }
    return delivery;
  }

 private:
  /// Why a recipient can never be reached; empty if it perhaps can.
  [[nodiscard]] std::string obstacle_to(const Recipient& recipient) const {
    constexpr std::array<TextForm, channel_count> forms{TextForm::mail_address, TextForm::web_url,
                                                        TextForm::syslog_url};
    const TextForm form = forms[static_cast<std::size_t>(recipient.channel)];
    if (const auto fault = check_text(form, recipient.address)) return fault->problem;
    if (recipient.channel != Channel::mail) return {};
    const auto fault = check_text(TextForm::mail_address, context_.directory.notify.mail_from);
    return fault ? "the sender, notify.mail_from, " + fault->problem : std::string{};
  }

  void write_mail(Delivery& delivery, const NoticeText& text, const std::string& identity) const {
    const std::string& from = context_.directory.notify.mail_from;
    const std::string domain = from.substr(from.find('@'));
    delivery.content = mail_message(
        {.from = from,
         .to = delivery.recipient.address,
         .subject = text.subject,
         .text = text.text,
         .message_id = delivery.key + domain,
         .references = view_.incident == 0 ? "" : digest({context_.node, identity}) + domain,
         .language = std::string{language_names[static_cast<std::size_t>(language_)]},
         .date_ms = context_.now_ms});
  }

  NoticeView view_;
  Language language_;
  const ComposeContext& context_;
};

}  // namespace

std::vector<Delivery> compose_notices(const Incident& incident, std::span<const Recipient> told,
                                      const ComposeContext& context) {
  std::vector<Delivery> deliveries;
  const std::string identity =
      "incident " + std::to_string(incident.id) + " " + std::to_string(incident.first_abnormal_ms);
  const auto add = [&](const NoticeView& view, Language language,
                       const std::vector<Recipient>& recipients) {
    Audience audience{view, language, context};
    for (const Recipient& recipient : recipients) {
      const bool knows = std::ranges::find(told, recipient) != told.end();
      const Occasion occasion = incident.ended_ms ? Occasion::ended
                                : knows           ? Occasion::changed
                                                  : Occasion::opened;
      deliveries.push_back(audience.delivery(recipient, occasion, identity, content_version(view)));
    }
  };
  add(operators_view(incident), context.directory.notify.operators.language,
      operators_of(context.directory));

  const std::vector<std::string> affected = affected_tenants(incident);
  std::set<std::string> tenants{affected.begin(), affected.end()};
  if (incident.ended_ms) {
    for (const Recipient& recipient : told) tenants.insert(recipient.tenant);
    tenants.erase("");
  }
  for (const std::string& name : tenants) {
    const TenantPolicy* tenant = find_tenant(context.directory, name);
    if (tenant == nullptr) continue;
    add(tenant_view(incident, name), tenant->contacts.language,
        recipients_of(tenant->contacts, name));
  }
  return deliveries;
}

std::vector<Delivery> compose_tests(const std::string& tenant, const std::string& nonce,
                                    const ComposeContext& context) {
  const ContactPolicy* contacts = &context.directory.notify.operators;
  std::vector<Recipient> recipients = operators_of(context.directory);
  if (!tenant.empty()) {
    const TenantPolicy* found = find_tenant(context.directory, tenant);
    if (found == nullptr) return {};
    contacts = &found->contacts;
    recipients = recipients_of(*contacts, tenant);
  }
  NoticeView view;
  view.tenant = clean_text(tenant);
  Audience audience{view, contacts->language, context};
  std::vector<Delivery> deliveries;
  for (const Recipient& recipient : recipients) {
    deliveries.push_back(audience.delivery(recipient, Occasion::test, "test " + nonce, ""));
  }
  return deliveries;
}

}  // namespace sekimori
