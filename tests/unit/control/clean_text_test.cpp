#include "control/model/clean_text.hpp"

#include <gtest/gtest.h>

namespace sekimori {
namespace {

struct Case {
  std::string text;
  std::string clean;
};

TEST(CleanText, LeavesNoControlsAndNoBrokenUtf8) {
  const Case cases[] = {
      {"web-01", "web-01"},
      {"北市役所 ﾃｽﾄ", "北市役所 ﾃｽﾄ"},
      {"a\r\nBcc: x@y", "a  Bcc: x@y"},
      {std::string{"a\0b", 3}, "a b"},
      {"tab\tdel\x7f", "tab del "},
      {"c1 \xc2\x85 next line", "c1   next line"},
      {"line \xe2\x80\xa8 separator", "line   separator"},
      {"\xe2\x80\xae right to left", "  right to left"},
      {"\xe2\x81\xa6 isolate", "  isolate"},
      {"\xff\xfe", "??"},
      {"cut \xe5\x8c", "cut ??"},
      {"overlong \xc0\xaf", "overlong ??"},
      {"overlong \xe0\x80\xaf", "overlong ???"},
      {"surrogate \xed\xa0\x80", "surrogate ???"},
      {"too high \xf4\x90\x80\x80", "too high ????"},
      {"\xf0\x9f\x9a\xa8 alarm", "\xf0\x9f\x9a\xa8 alarm"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(clean_text(c.text), c.clean);
    EXPECT_EQ(clean_text(c.clean), c.clean);
  }
}

TEST(CutText, EndsBetweenCharacters) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abc", 2), "ab");
  EXPECT_EQ(cut_text("関守", 6), "関守");
  EXPECT_EQ(cut_text("関守", 5), "関");
  EXPECT_EQ(cut_text("関守", 4), "関");
  EXPECT_EQ(cut_text("関守", 2), "");
}

}  // namespace
}  // namespace sekimori
