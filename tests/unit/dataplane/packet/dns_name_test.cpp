#include "dataplane/packet/dns_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sekimori {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A message with `questions` in its header and `name` and `behind` after it.
Bytes message(const Bytes& name, std::size_t behind = 4, std::uint16_t questions = 1) {
  Bytes bytes(12 + name.size() + behind, 1);
  std::fill_n(bytes.begin(), 12, std::uint8_t{0});
  bytes[4] = static_cast<std::uint8_t>(questions >> 8);
  bytes[5] = static_cast<std::uint8_t>(questions & 0xff);
  std::ranges::copy(name, bytes.begin() + 12);
  return bytes;
}

Bytes wire(const std::vector<std::string>& labels) {
  Bytes bytes;
  for (const std::string& label : labels) {
    bytes.push_back(static_cast<std::uint8_t>(label.size()));
    bytes.insert(bytes.end(), label.begin(), label.end());
  }
  bytes.push_back(0);
  return bytes;
}

/// `count` labels of `size` letters.
std::vector<std::string> labels(std::size_t count, std::size_t size) {
  return std::vector<std::string>(count, std::string(size, 'a'));
}

std::string text_of(std::span<const std::uint8_t> label) {
  return {label.begin(), label.end()};
}

TEST(DnsQuestion, ReadsTheFirstName) {
  DnsName name;
  ASSERT_EQ(read_question_name(message(wire({"www", "Example", "COM"})), name),
            DnsQuestionFault::none);
  EXPECT_EQ(name.to_text(), "www.example.com");
  EXPECT_EQ(name.length, 17);
  EXPECT_EQ(name.labels, 3);
  EXPECT_EQ(text_of(name.label_from_right(0)), "com");
  EXPECT_EQ(text_of(name.label_from_right(2)), "www");
}

TEST(DnsQuestion, ReadsTheRoot) {
  DnsName name;
  ASSERT_EQ(read_question_name(message(wire({})), name), DnsQuestionFault::none);
  EXPECT_EQ(name.labels, 0);
  EXPECT_EQ(name.kept(), 0U);
  EXPECT_EQ(name.to_text(), ".");
}

TEST(DnsQuestion, KnowsTheLastEightLabels) {
  DnsName name;
  ASSERT_EQ(read_question_name(
                message(wire({"k", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a"})), name),
            DnsQuestionFault::none);
  EXPECT_EQ(name.labels, 11);
  ASSERT_EQ(name.kept(), 8U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(text_of(name.label_from_right(i)), std::string(1, static_cast<char>('a' + i)));
  }
}

TEST(DnsQuestion, OnlyLettersChangeTheirCase) {
  Bytes label;
  for (unsigned byte = 0; byte < 256; ++byte) label.push_back(static_cast<std::uint8_t>(byte));
  for (std::size_t at = 0; at < 256; at += 32) {
    Bytes one{32};
    one.insert(one.end(), label.begin() + static_cast<std::ptrdiff_t>(at),
               label.begin() + static_cast<std::ptrdiff_t>(at) + 32);
    one.push_back(0);
    DnsName name;
    ASSERT_EQ(read_question_name(message(one), name), DnsQuestionFault::none);
    for (std::size_t i = 0; i < 32; ++i) {
      const auto byte = static_cast<std::uint8_t>(at + i);
      const bool upper = byte >= 'A' && byte <= 'Z';
      EXPECT_EQ(name.bytes[1 + i], upper ? byte + 0x20 : byte);
    }
  }
}

TEST(DnsQuestion, NamesWhatIsWrong) {
  const std::vector<std::string> longest{std::string(63, 'a'), std::string(63, 'b'),
                                         std::string(63, 'c'), std::string(61, 'd')};
  auto too_long = longest;
  too_long.back() += 'd';
  struct Case {
    const char* what;
    Bytes bytes;
    DnsQuestionFault fault;
  };
  const std::vector<Case> cases{
      {"nothing", {}, DnsQuestionFault::truncated},
      {"half a header", Bytes(11, 1), DnsQuestionFault::truncated},
      {"no question", message(wire({"a"}), 4, 0), DnsQuestionFault::no_question},
      {"256 questions", message(wire({"a"}), 4, 256), DnsQuestionFault::none},
      {"a header alone", message({}, 0), DnsQuestionFault::truncated},
      {"no root label", message({1, 'a'}, 0), DnsQuestionFault::truncated},
      {"a label that is cut", message({9, 'a'}, 4), DnsQuestionFault::truncated},
      {"type and class cut", message(wire({"a"}), 3), DnsQuestionFault::truncated},
      {"type and class there", message(wire({"a"}), 4), DnsQuestionFault::none},
      {"a pointer", message({1, 'a', 0xc0, 12}), DnsQuestionFault::label_invalid},
      {"a reserved type", message({0x40, 0}), DnsQuestionFault::label_invalid},
      {"the longest label", message(wire({std::string(63, 'x')})), DnsQuestionFault::none},
      {"255 bytes", message(wire(longest)), DnsQuestionFault::none},
      {"256 bytes", message(wire(too_long)), DnsQuestionFault::name_too_long},
      {"127 labels", message(wire(labels(127, 1))), DnsQuestionFault::none},
      {"128 labels", message(wire(labels(128, 1))), DnsQuestionFault::name_too_long},
  };
  for (const Case& c : cases) {
    DnsName name;
    EXPECT_EQ(read_question_name(c.bytes, name), c.fault) << c.what;
  }
}

TEST(DnsName, IsReadFromText) {
  for (const char* text :
       {"a", "example.com", "WWW.Example.Com", "xn--kumamoto.jp", "a.b.c.d.e.f.g"}) {
    const auto name = DnsName::from_text(text);
    ASSERT_TRUE(name) << text;
    DnsName read;
    ASSERT_EQ(read_question_name(message({name->bytes.begin(), name->bytes.begin() + name->length}),
                                 read),
              DnsQuestionFault::none);
    EXPECT_EQ(read.to_text(), name->to_text());
    EXPECT_EQ(read.labels, name->labels);
    EXPECT_EQ(read.starts, name->starts);
  }
  EXPECT_EQ(DnsName::from_text("Example.COM.")->to_text(), "example.com");
  EXPECT_EQ(DnsName::from_text("a b")->to_text(), "a\\032b");
}

TEST(DnsName, RefusesTextThatIsNoName) {
  const std::string part = std::string(63, 'a') + '.';
  for (const std::string& text :
       {std::string{}, std::string{"."}, std::string{"a..b"}, std::string{".a"}, std::string{"a.."},
        std::string(64, 'a'), part + part + part + std::string(62, 'a')}) {
    EXPECT_FALSE(DnsName::from_text(text)) << text;
  }
  EXPECT_TRUE(DnsName::from_text(part + part + part + std::string(61, 'a')));
}

}  // namespace
}  // namespace sekimori
