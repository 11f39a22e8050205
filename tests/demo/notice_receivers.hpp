#pragma once

#include "tests/demo/policies.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/notice_servers.hpp"

namespace sekimori::demo {

/// A mail server and a web server in the box that take the notices of the demo.
class NoticeReceivers {
 public:
  explicit NoticeReceivers(const lab::Lab& lab)
      : mail_(lab.box(), lab.run().directory(), smtp_port),
        webhook_(lab.box(), lab.run().directory()) {}

  [[nodiscard]] static NoticePlaces places() {
    return {.smtp = "smtp://127.0.0.1:" + std::to_string(smtp_port),
            .webhook = "http://127.0.0.1/notices"};
  }

 private:
  static constexpr std::uint16_t smtp_port = 2525;

  lab::SmtpSink mail_;
  lab::NginxReceiver webhook_;
};

}  // namespace sekimori::demo
