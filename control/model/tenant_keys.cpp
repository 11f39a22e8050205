#include <array>

#include "control/model/key_binding.hpp"

namespace sekimori {
namespace {

// Operators and tenants are reached in the same ways.
constexpr KeyDefinition language_definition{.name = "language",
                                            .text = "The language of their notices.",
                                            .example = R"("ja")",
                                            .fallback = index_of(Language::en),
                                            .choices = language_names};
constexpr KeyDefinition mail_definition{
    .name = "mail",
    .text = "Addresses that get notices by mail. notify.smtp and notify.mail_from say how.",
    .example = R"(["noc@example.com"])",
    .form = TextForm::mail_address};
constexpr KeyDefinition webhook_definition{
    .name = "webhook",
    .text =
        "URLs to which notices are posted as JSON, signed with the secret of "
        "notify.webhook_secret_file.",
    .example = R"(["https://hooks.example.com/ddos"])",
    .form = TextForm::web_url};

constexpr std::array contact_keys{
    key<&ContactPolicy::language>(language_definition),
    key<&ContactPolicy::mail>(mail_definition),
    key<&ContactPolicy::webhook>(webhook_definition),
};

constexpr std::array tenant_keys{
    key<&TenantPolicy::name>(
        {.name = "name",
         .text = "What the tenant is called in object.tenant and in messages. No two tenants share "
                 "a name.",
         .example = R"("kita")",
         .required = true}),
    key<&TenantPolicy::contacts, &ContactPolicy::language>(language_definition),
    key<&TenantPolicy::contacts, &ContactPolicy::mail>(mail_definition),
    key<&TenantPolicy::contacts, &ContactPolicy::webhook>(webhook_definition),
};

constexpr std::array notify_keys{
    key<&NotifyPolicy::smtp>(
        {.name = "smtp",
         .text = "The mail server that takes notices. With smtps the connection is TLS from its "
                 "first byte; with smtp it becomes TLS if the server offers that.",
         .example = R"("smtp://mail.example.com:25")",
         .form = TextForm::mail_server_url}),
    key<&NotifyPolicy::mail_from>({.name = "mail_from",
                                   .text = "The sender's address of these mails.",
                                   .example = R"("sekimori@example.com")",
                                   .form = TextForm::mail_address}),
    key<&NotifyPolicy::webhook_secret_file>(
        {.name = "webhook_secret_file",
         .text =
             "A file with 32 bytes or more, readable by nobody else, with which webhooks are "
             "signed so that their receivers can tell them from forged ones. If none is given, the "
             "one that `sekimori-control init` has made is used.",
         .example = R"("/etc/sekimori/webhook.secret")",
         .form = TextForm::file}),
    key<&NotifyPolicy::syslog>(
        {.name = "syslog",
         .text = "Where all notices go as syslog messages (RFC 5424), over UDP (RFC 5426) or TCP "
                 "(RFC 6587).",
         .example = R"("udp://192.0.2.1:514")",
         .form = TextForm::syslog_url}),
};

}  // namespace

template <>
std::span<const Key<ContactPolicy>> keys_of() {
  return contact_keys;
}

template <>
std::span<const Key<TenantPolicy>> keys_of() {
  return tenant_keys;
}

template <>
std::span<const Key<NotifyPolicy>> keys_of() {
  return notify_keys;
}

}  // namespace sekimori
