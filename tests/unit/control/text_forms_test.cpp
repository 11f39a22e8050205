#include "control/model/text_forms.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sekimori {
namespace {

struct Case {
  TextForm form;
  std::string text;
};

TEST(TextForms, TakeWhatIsRight) {
  const std::vector<Case> cases{
      {TextForm::name, "Kita_1.web-2"},
      {TextForm::name, std::string(63, 'n')},
      {TextForm::mail_address, "a@b"},
      {TextForm::mail_address, "first.last+tag@sub.example.co.jp"},
      {TextForm::mail_address, std::string(64, 'l') + "@example.com"},
      {TextForm::mail_address, "o'neil=x@1and1.example"},
      {TextForm::web_url, "https://hooks.example.com/path/x?team=1#part"},
      {TextForm::web_url, "http://127.0.0.1:8080"},
      {TextForm::web_url, "https://[2001:db8::1]:8443/a"},
      {TextForm::web_url, "https://[::1]"},
      {TextForm::mail_server_url, "smtp://mail.example.com"},
      {TextForm::mail_server_url, "smtps://192.0.2.25:465"},
      {TextForm::syslog_url, "udp://192.0.2.1:514"},
      {TextForm::syslog_url, "tcp://[2001:db8::5]:601"},
      {TextForm::file, "/etc/sekimori/webhook secret"},
  };
  for (const auto& [form, text] : cases) {
    const auto fault = check_text(form, text);
    EXPECT_FALSE(fault.has_value()) << text << ": " << fault->problem;
  }
}

TEST(TextForms, RefuseWhatIsNot) {
  const std::vector<Case> cases{
      {TextForm::name, ""},
      {TextForm::name, "a b"},
      {TextForm::name, std::string(64, 'n')},
      {TextForm::mail_address, "example.com"},
      {TextForm::mail_address, "@example.com"},
      {TextForm::mail_address, "a@"},
      {TextForm::mail_address, ".a@b"},
      {TextForm::mail_address, "a..b@c"},
      {TextForm::mail_address, "a@b..c"},
      {TextForm::mail_address, "a@-b"},
      {TextForm::mail_address, "a b@c"},
      {TextForm::mail_address, "a@b\r\nRCPT TO:<x@y>"},
      {TextForm::mail_address, "a\n@b"},
      {TextForm::mail_address, "<a@b>"},
      {TextForm::mail_address, "\"a\"@b"},
      {TextForm::mail_address, "a,b@c"},
      {TextForm::mail_address, std::string(65, 'l') + "@example.com"},
      {TextForm::mail_address, "a@" + std::string(64, 'l')},
      {TextForm::web_url, "hooks.example.com"},
      {TextForm::web_url, "ftp://example.com"},
      {TextForm::web_url, "https://"},
      {TextForm::web_url, "https:///path"},
      {TextForm::web_url, "https://user@example.com"},
      {TextForm::web_url, "https://user:password@example.com/"},
      {TextForm::web_url, "https://exa mple.com"},
      {TextForm::web_url, "https://example.com/\r\nHost: x"},
      {TextForm::web_url, "https://example.com:0"},
      {TextForm::web_url, "https://example.com:65536"},
      {TextForm::web_url, "https://example.com:"},
      {TextForm::web_url, "https://[2001:db8::1"},
      {TextForm::web_url, "https://[192.0.2.1]"},
      {TextForm::web_url, "https://[::1]x"},
      {TextForm::web_url, "https://ex\xc3\xa4mple.com"},
      {TextForm::web_url, "https://example.com/" + std::string(2'048, 'x')},
      {TextForm::mail_server_url, "smtp://mail.example.com/x"},
      {TextForm::mail_server_url, "http://mail.example.com"},
      {TextForm::syslog_url, "udp://192.0.2.1"},
      {TextForm::syslog_url, "udp://192.0.2.1:514/"},
      {TextForm::syslog_url, "udp://log.example.com:514"},
      {TextForm::file, "etc/secret"},
      {TextForm::file, "/etc/\nsecret"},
      {TextForm::file, "/" + std::string(4'095, 'x')},
  };
  for (const auto& [form, text] : cases) {
    EXPECT_TRUE(check_text(form, text).has_value()) << text;
  }
}

TEST(TextForms, SayWhatIsWrong) {
  const auto fault = check_text(TextForm::web_url, "hooks.example.com");
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->problem, "\"hooks.example.com\" has another scheme or none");
  EXPECT_EQ(fault->suggestion, "begin it with https:// or http://");
}

}  // namespace
}  // namespace sekimori
