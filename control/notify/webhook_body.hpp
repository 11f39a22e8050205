#pragma once

#include <string>

#include "control/model/tenant.hpp"
#include "control/notify/notice_text.hpp"
#include "control/notify/notice_view.hpp"

namespace sekimori {

/// The JSON document that webhooks get; docs/NOTICES.md describes its members.
[[nodiscard]] std::string webhook_body(const NoticeView& view, const NoticeText& text,
                                       Language language, const std::string& delivery);

}  // namespace sekimori
