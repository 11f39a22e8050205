#include "control/model/diagnostics.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sekimori {
namespace {

TEST(Diagnostics, LookLikeACompilers) {
  Diagnostics diagnostics{"policy.toml"};
  EXPECT_TRUE(diagnostics.empty());
  diagnostics.add({.place = {12, 9},
                   .key = "object.syn",
                   .problem = "\"prox\" is unknown",
                   .rule = "off or proxy",
                   .suggestion = "did you mean \"proxy\"?"});
  diagnostics.add({.place = {3, 1}, .key = {}, .problem = "is bad", .rule = {}, .suggestion = {}});
  EXPECT_FALSE(diagnostics.empty());
  EXPECT_EQ(diagnostics.text(),
            "policy.toml:3:1: is bad\n"
            "policy.toml:12:9: object.syn: \"prox\" is unknown (off or proxy); did you mean "
            "\"proxy\"?\n");
}

TEST(Nearest, FindsWhatWasMeant) {
  constexpr std::array<std::string_view, 5> words{"off", "proxy", "reset", "bad-ack", "retransmit"};
  struct Case {
    std::string_view word;
    std::string_view meant;
  };
  constexpr std::array cases{
      Case{"proxy", "proxy"},
      Case{"prox", "proxy"},
      Case{"porxy", "proxy"},
      Case{"of", "off"},
      Case{"retransmitt", "retransmit"},
      Case{"badack", "bad-ack"},
      Case{"retrans", "retransmit"},
      Case{"", ""},
      Case{"x", ""},
      Case{"something", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(nearest(c.word, words), c.meant) << c.word;
  EXPECT_EQ(nearest(std::string(100'000, 'p'), words), "");
}

TEST(Alternatives, AreAList) {
  constexpr std::array<std::string_view, 3> words{"a", "b", "c"};
  EXPECT_EQ(alternatives(std::span{words}.first(0)), "");
  EXPECT_EQ(alternatives(std::span{words}.first(1)), "a");
  EXPECT_EQ(alternatives(std::span{words}.first(2)), "a or b");
  EXPECT_EQ(alternatives(words), "a, b or c");
  EXPECT_EQ(alternatives(words, "and"), "a, b and c");
}

TEST(InQuotes, StaysShortAndOnOneLine) {
  EXPECT_EQ(in_quotes("web"), "\"web\"");
  EXPECT_EQ(in_quotes("a\nb\x1b[2J\x7f"), "\"a?b?[2J?\"");
  EXPECT_EQ(in_quotes(std::string(81, 'a')), '"' + std::string(80, 'a') + "...\"");
  // A character of two bytes is not cut in half.
  EXPECT_EQ(in_quotes(std::string(79, 'a') + "ää"), '"' + std::string(79, 'a') + "...\"");
}

}  // namespace
}  // namespace sekimori
