// Names and words of an incident as notices carry them: whatever they are, every message stays one
// message of its own form.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "control/model/clean_text.hpp"
#include "control/notify/mail_message.hpp"
#include "control/notify/notice_text.hpp"
#include "control/notify/server_url.hpp"
#include "control/notify/syslog_message.hpp"
#include "control/notify/webhook_body.hpp"

namespace {

using namespace sekimori;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t header_fields(const std::string& message) {
  const std::string head = message.substr(0, message.find("\r\n\r\n"));
  std::size_t fields = 1;
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;
       at = head.find("\r\n", at + 2)) {
    if (head[at + 2] != ' ') ++fields;
  }
  return fields;
}

void check_mail(const NoticeText& text, const std::string& words) {
  const std::string message = mail_message({.from = words,
                                            .to = words,
                                            .subject = text.subject,
                                            .text = text.text,
                                            .message_id = words,
                                            .references = "thread@example.com",
                                            .language = "en",
                                            .date_ms = 0});
  require(header_fields(message) == 12);
  require(std::ranges::count(message, '\0') == 0);
}

void check_syslog(const NoticeView& view, const std::string& words) {
  const std::string message = syslog_message(view, words);
  require(message.find('\n') == std::string::npos);
  require(message.find("] \xef\xbb\xbf") != std::string::npos);
  require(syslog_datagram(message).size() <= 2'048);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> bytes(data, data + size);
  const std::string words{bytes.begin(), bytes.end()};
  require(clean_text(clean_text(words)) == clean_text(words));
  static_cast<void>(origin_of(words));

  Incident incident;
  incident.id = 1;
  incident.subject.name = words;
  incident.tenant = words;
  incident.diagnosis.kind = IncidentKind::amplification;
  incident.diagnosis.protocol = words;
  incident.affected = {{.object = words, .tenant = words}};
  incident.sources = {{.what = words, .share = 1}};
  incident.next_steps = {words};
  incident.actions.resize(1);
  incident.actions[0].object = words;
  incident.actions[0].what = words;
  for (NoticeView view : {operators_view(incident), tenant_view(incident, words)}) {
    view.node = clean_text(words);
    for (const Language language : {Language::en, Language::ja}) {
      const NoticeText text = notice_text(view, language);
      check_mail(text, words);
      const auto body = nlohmann::json::parse(webhook_body(view, text, language, "key"));
      require(body.at("subject") == text.subject);
    }
    check_syslog(view, words);
  }
  return 0;
}
