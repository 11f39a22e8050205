#include "control/model/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

std::string faults(std::string_view toml) {
  const auto policy = read_policy(toml, "p");
  return policy ? "" : policy.error().text();
}

std::string object(const std::string& name, const std::string& prefixes,
                   const std::string& more = "") {
  return "[[object]]\nname = \"" + name + "\"\nprefixes = [" + prefixes + "]\n" + more;
}

TEST(Rules, RetransmissionWindowIsNotEmpty) {
  EXPECT_EQ(faults("[authentication]\nretransmit_min = \"2s\"\nretransmit_max = \"1s\""),
            "p:3:18: authentication.retransmit_min: 2s is above retransmit_max, which is 1s (no "
            "SYN could fall into the window); exchange the two\n");
  EXPECT_EQ(faults("[authentication]\nretransmit_min = \"20s\""),
            "p:2:18: authentication.retransmit_min: 20s is above retransmit_max, which is 10s (no "
            "SYN could fall into the window); exchange the two\n");
  EXPECT_EQ(faults("[authentication]\nretransmit_min = \"1s\"\nretransmit_max = \"1s\""), "");
}

TEST(Rules, DoNotFollowFromAValueThatIsWrongItself) {
  EXPECT_EQ(
      faults("[authentication]\nretransmit_min = \"20s\"\nretransmit_max = \"x\""),
      "p:3:18: authentication.retransmit_max: \"x\" is no such quantity (milliseconds, 1ms to "
      "10m); write for example \"10s\"\n");
  EXPECT_EQ(faults(object("a b", "\"10.0.0.1\"") + object("a b", "\"10.0.0.2\"")),
            "p:2:8: object.name: \"a b\" has other characters (1 to 63 letters, digits, '.', '_' "
            "or '-'); write \"a-b\"\n"
            "p:5:8: object.name: \"a b\" has other characters (1 to 63 letters, digits, '.', '_' "
            "or '-'); write \"a-b\"\n");
}

TEST(Rules, NamesAreUnique) {
  EXPECT_EQ(faults(object("a", "\"10.0.0.1\"") + object("b", "\"10.0.0.2\"") +
                   object("a", "\"10.0.0.3\"") + object("a", "\"10.0.0.4\"")),
            "p:8:8: object.name: \"a\" is also the name of the object in line 1 (no two objects "
            "share a name); write for example \"a-2\"\n"
            "p:11:8: object.name: \"a\" is also the name of the object in line 1 (no two objects "
            "share a name); write for example \"a-2\"\n");
}

TEST(Rules, APrefixBelongsToOneObject) {
  const std::string advice =
      "(a prefix belongs to one object, once); remove one of them, or make one longer: the longest "
      "prefix wins\n";
  EXPECT_EQ(
      faults(object("a", "\"10.0.0.0/24\"") + object("b", "\"10.0.0.0/24\"")),
      "p:6:13: object.prefixes: 10.0.0.0/24 also belongs to the object \"a\" in line 1 " + advice);
  EXPECT_EQ(faults(object("a", "\"2001:db8::/64\"") + object("b", "\"2001:DB8:0::/64\"")),
            "p:6:13: object.prefixes: 2001:db8::/64 also belongs to the object \"a\" in line 1 " +
                advice);
  EXPECT_EQ(faults(object("a", "\"10.0.0.1\", \"10.0.0.1/32\"")),
            "p:3:25: object.prefixes: 10.0.0.1/32 stands here twice (a prefix belongs to one "
            "object, once); remove one of them\n");
  EXPECT_EQ(faults(object("a", "\"10.0.0.0/24\"") + object("b", "\"10.0.0.0/25\"")), "");
}

TEST(Rules, ASourceIsAllowedOrBlocked) {
  const std::string advice =
      "(a prefix is allowed or blocked); remove one of them, or make one longer: the longest "
      "prefix "
      "wins\n";
  EXPECT_EQ(faults("[box]\nblock = [\"10.0.0.0/8\"]\nallow = [\"10.1.0.0/16\", \"10.0.0.0/8\"]"),
            "p:2:10: box.block: 10.0.0.0/8 is also allowed, in line 3 " + advice);
  EXPECT_EQ(faults(object("a", "\"10.0.0.1\"",
                          "allow = [\"192.0.2.1\"]\nblock = [\"192.0.2.1\", \"192.0.2.1\"]\n")),
            "p:5:10: object.block: 192.0.2.1/32 is also allowed, in line 4 " + advice);
  EXPECT_EQ(faults("[box]\nallow = [\"10.1.0.0/16\"]\nblock = [\"10.0.0.0/8\"]\n" +
                   object("a", "\"10.0.0.1\"", "block = [\"10.1.0.0/16\"]\n")),
            "");
}

TEST(Rules, ServicesDoNotOverlap) {
  const auto services = [](const std::string& list) {
    std::string more;
    std::size_t begin = 0;
    while (begin < list.size()) {
      const std::size_t end = std::min(list.find(' ', begin), list.size());
      more += "[[object.service]]\nports = \"" + list.substr(begin, end - begin) +
              "\"\nsyn = \"off\"\n";
      begin = end + 1;
    }
    return faults(object("a", "\"10.0.0.1\"", more));
  };
  const std::string advice =
      "(the services of an object do not overlap); split the wider range around the other\n";
  EXPECT_EQ(services("80 443 25-79 81-442"), "");
  EXPECT_EQ(services("80-90 90"),
            "p:8:9: object.service.ports: 90 overlaps 80-90 of line 5 " + advice);
  EXPECT_EQ(services("90 80-90"),
            "p:8:9: object.service.ports: 80-90 overlaps 90 of line 5 " + advice);
  EXPECT_EQ(services("1-1000 80 443"),
            "p:8:9: object.service.ports: 80 overlaps 1-1000 of line 5 " + advice +
                "p:11:9: object.service.ports: 443 overlaps 1-1000 of line 5 " + advice);
}

TEST(Rules, ObjectsFitIntoTheirTable) {
  EXPECT_EQ(faults("[tables]\nobjects = 1\n" + object("a", "\"10.0.0.1\"") +
                   object("b", "\"10.0.0.2\"") + object("c", "\"10.0.0.3\"")),
            "p:6:1: object: from here on there are too many objects (at most 1); raise "
            "tables.objects (up to 131072)\n");
}

TEST(Rules, PrefixesFitIntoAnImage) {
  std::string prefixes;
  for (std::uint32_t i = 0; i <= PolicyBounds::max_prefixes; ++i) {
    prefixes += "\"10." + std::to_string(i >> 16) + '.' + std::to_string(i >> 8 & 255) + '.' +
                std::to_string(i & 255) + "\",";
  }
  EXPECT_EQ(faults(object("a", prefixes)),
            "p:1:1: object.prefixes: from here on there are too many prefixes (at most 262144); "
            "aggregate them\n");
}

}  // namespace
}  // namespace sekimori
