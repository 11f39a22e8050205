#pragma once

#include <string>

#include "control/model/tenant.hpp"
#include "control/notify/notice_view.hpp"

namespace sekimori {

/// A notice as people read it. Lines of the text end with '\n'; the subject is one line.
struct NoticeText {
  std::string subject;
  std::string text;
};

[[nodiscard]] NoticeText notice_text(const NoticeView& view, Language language);

}  // namespace sekimori
