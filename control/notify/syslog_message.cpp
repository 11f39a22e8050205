#include "control/notify/syslog_message.hpp"

#include <algorithm>
#include <array>

#include "control/model/clean_text.hpp"
#include "control/notify/phrases.hpp"

namespace sekimori {
namespace {

constexpr unsigned facility_local0 = 16;
constexpr unsigned severity_alert = 1;
constexpr unsigned severity_warning = 4;
constexpr unsigned severity_notice = 5;
constexpr unsigned severity_informational = 6;
constexpr std::size_t longest_datagram = 2'048;
/// So that the structured data never leaves a datagram without its end.
constexpr std::size_t longest_value = 200;
constexpr std::size_t longest_host = 255;

unsigned severity(const NoticeView& view) {
  if (view.incident == 0) return severity_informational;
  if (view.ended_ms) return severity_notice;
  const bool waiting = std::ranges::any_of(view.actions, [](const ActionRecord& action) {
    return action.state == ActionState::waiting;
  });
  return waiting ? severity_alert : severity_warning;
}

/// HOSTNAME is printable ASCII without spaces.
std::string host_name(std::string_view node) {
  std::string name;
  for (const char c : node.substr(0, longest_host)) name += c > ' ' && c < 0x7f ? c : '-';
  return name.empty() ? "-" : name;
}

std::string joined(const std::vector<ObjectState>& states) {
  std::string list;
  for (const ObjectState& state : states) {
    if (!list.empty()) list += ',';
    list += state.object;
  }
  return list;
}

}  // namespace

std::string syslog_value(std::string_view value) {
  std::string escaped;
  const std::string clean = clean_text(value);
  for (const char c : cut_text(clean, longest_value)) {
    if (c == '"' || c == '\\' || c == ']') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string syslog_message(const NoticeView& view, std::string_view text) {
  constexpr std::array message_ids{"INCIDENT-OPENED", "INCIDENT-CHANGED", "INCIDENT-ENDED", "TEST"};
  std::string message{"<"};
  message.append(std::to_string(facility_local0 * 8 + severity(view))).append(">1 ");
  message.append(rfc3339(view.sent_ms)).append(" ").append(host_name(view.node));
  message.append(" sekimori-control - ");
  message += message_ids[static_cast<std::size_t>(view.occasion)];
  message += " [";
  message += syslog_data_id;
  const auto parameter = [&](std::string_view name, std::string_view value) {
    message += ' ';
    message += name;
    message.append("=\"").append(syslog_value(value)).append("\"");
  };
  parameter("occasion", occasion_names[static_cast<std::size_t>(view.occasion)]);
  if (view.incident != 0) {
    parameter("incident", std::to_string(view.incident));
    parameter("kind", incident_kind_texts[static_cast<std::size_t>(view.kind)].name);
    if (!view.protocol.empty()) parameter("protocol", view.protocol);
    parameter("level", level_names[static_cast<std::size_t>(view.subject.level)]);
    parameter("subject", view.subject.name);
    parameter("began", rfc3339(view.began_ms));
    if (view.ended_ms) parameter("ended", rfc3339(*view.ended_ms));
    parameter("affected", std::to_string(view.affected.size()));
    parameter("objects", joined(view.affected));
    parameter("unaffected", std::to_string(view.unaffected_count));
    if (!view.actions.empty()) {
      const ActionRecord& last = view.actions.back();
      parameter("step", step_names[static_cast<std::size_t>(last.step)]);
      parameter("step_state", action_state_names[static_cast<std::size_t>(last.state)]);
      parameter("action", std::to_string(last.id));
    }
  }
  message += "] \xef\xbb\xbf" + clean_text(text);
  return message;
}

std::string_view syslog_datagram(std::string_view message) {
  return cut_text(message, longest_datagram);
}

std::string syslog_frame(std::string_view message) {
  return std::to_string(message.size()) + ' ' + std::string{message};
}

}  // namespace sekimori
