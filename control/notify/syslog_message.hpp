#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "control/notify/notice_view.hpp"

namespace sekimori {

/// The name of our structured data. 32473 is the enterprise number that RFC 5612 sets aside for
/// those who have none.
inline constexpr std::string_view syslog_data_id = "sekimori@32473";

/// A message by RFC 5424, facility local0, without framing: severity alert while a step waits for
/// approval, warning while the incident is open, notice at its end, informational for a test.
/// Structured data holds the facts; `text` is the message, in UTF-8 with its mark (BOM).
[[nodiscard]] std::string syslog_message(const NoticeView& view, std::string_view text);

/// A value of a parameter with '"', '\' and ']' escaped (RFC 5424, 6.3.3).
[[nodiscard]] std::string syslog_value(std::string_view value);

/// A message as one datagram: not above the 2048 bytes that every receiver should take (RFC 5426,
/// 3.2), cut between characters.
[[nodiscard]] std::string_view syslog_datagram(std::string_view message);

/// A message in a stream, its length before it (RFC 6587, 3.4.1).
[[nodiscard]] std::string syslog_frame(std::string_view message);

}  // namespace sekimori
