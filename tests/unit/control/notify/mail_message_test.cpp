#include "control/notify/mail_message.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <regex>

namespace sekimori {
namespace {

/// What the encoded words of a header say (RFC 2047, 6.2: white space between them is none).
std::string decoded(const std::string& header) {
  std::string result;
  const std::regex word{R"(=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=)"};
  for (std::sregex_iterator it{header.begin(), header.end(), word}, end; it != end; ++it) {
    const std::string encoded = (*it)[1];
    std::string bytes(encoded.size(), '\0');
    std::size_t length = 0;
    EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                encoded.data(), encoded.size(), nullptr, &length, nullptr,
                                sodium_base64_VARIANT_ORIGINAL),
              0);
    result += bytes.substr(0, length);
  }
  return result;
}

MailParts parts() {
  return {.from = "sekimori@dc.example",
          .to = "noc@kita.example",
          .subject = "Opened #42",
          .text = "One line.\nAnother.\n",
          .message_id = "0123@dc.example",
          .references = "4567@dc.example",
          .language = "en",
          .date_ms = 1'748'927'122'999};
}

TEST(MailMessage, IsWholeToTheByte) {
  EXPECT_EQ(mail_message(parts()),
            "Date: Tue, 03 Jun 2025 05:05:22 +0000\r\n"
            "From: Sekimori <sekimori@dc.example>\r\n"
            "To: <noc@kita.example>\r\n"
            "Message-ID: <0123@dc.example>\r\n"
            "In-Reply-To: <4567@dc.example>\r\n"
            "References: <4567@dc.example>\r\n"
            "Subject: Opened #42\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "Content-Language: en\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "One line.\r\n"
            "Another.\r\n");
}

TEST(MailMessage, EncodesJapanese) {
  MailParts mail = parts();
  mail.subject = "【第一報】";
  mail.text = "関守\n";
  mail.references = "";
  const std::string message = mail_message(mail);
  EXPECT_NE(message.find("Subject: =?UTF-8?B?44CQ56ys5LiA5aCx44CR?=\r\n"), std::string::npos);
  EXPECT_NE(message.find("Content-Transfer-Encoding: base64\r\n\r\n6Zai5a6IDQo=\r\n"),
            std::string::npos);
  EXPECT_EQ(message.find("References"), std::string::npos);
}

TEST(MailMessage, EncodesWhatIsTooLongForALine) {
  MailParts mail = parts();
  mail.text = std::string(999, 'a') + "\n";
  const std::string message = mail_message(mail);
  EXPECT_NE(message.find("Content-Transfer-Encoding: base64"), std::string::npos);
  std::size_t line = 0;
  for (const char c : message) {
    line = c == '\n' ? 0 : line + 1;
    EXPECT_LE(line, 79);
  }
}

TEST(MailMessage, NothingAddsAHeader) {
  MailParts mail = parts();
  const std::size_t lines = 12;
  const std::string evil = "x\r\nBcc: everybody@example.com\r\n\r\nbody";
  mail.subject = mail.from = mail.to = mail.message_id = mail.references = mail.language = evil;
  const std::string message = mail_message(mail);
  const std::string head = message.substr(0, message.find("\r\n\r\n"));
  std::size_t fields = 1;
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;
       at = head.find("\r\n", at + 2)) {
    const bool folded = head[at + 2] == ' ';
    fields += folded ? 0 : 1;
    EXPECT_NE(head.compare(at + 2, 3, "Bcc"), 0);
  }
  EXPECT_EQ(fields, lines);
}

TEST(EncodedHeader, ComesBackWholeInShortWords) {
  std::string many;
  for (int i = 0; i < 60; ++i) many += "障害🚨x";
  const std::string cases[] = {"【続報】SYNフラッド攻撃（送信元詐称）（web-01 他3件） #42 [関守-1]",
                               many, std::string(500, 'a'), "looks =?UTF-8?B?eA==?= encoded"};
  for (const std::string& text : cases) {
    const std::string header = encoded_header("Subject", text);
    EXPECT_EQ(decoded(header), text);
    std::size_t begin = 0;
    std::size_t prefix = std::string{"Subject: "}.size();
    while (begin < header.size()) {
      const std::size_t end = std::min(header.find("\r\n", begin), header.size());
      EXPECT_LE(prefix + end - begin, 76) << "RFC 2047, section 2";
      prefix = 0;
      begin = end + 2;
    }
  }
  EXPECT_EQ(encoded_header("Subject", "plain"), "plain");
}

TEST(MailDate, IsThatOfRfc5322) {
  EXPECT_EQ(mail_date(0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(951'782'399'000), "Mon, 28 Feb 2000 23:59:59 +0000");
  EXPECT_EQ(mail_date(951'782'400'000), "Tue, 29 Feb 2000 00:00:00 +0000");
}

}  // namespace
}  // namespace sekimori
