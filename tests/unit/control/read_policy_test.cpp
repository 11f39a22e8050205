#include "control/model/read_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace sekimori {
namespace {

/// All faults of a policy as text; empty for one that is right.
std::string faults(std::string_view toml) {
  const auto policy = read_policy(toml, "p");
  return policy ? "" : policy.error().text();
}

struct Case {
  std::string_view description;
  std::string_view toml;
  std::string_view faults;
};

void expect_faults(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(faults(c.toml), c.faults) << c.description;
}

TEST(ReadPolicy, ReportsUnknownKeysWithTheNearest) {
  expect_faults({
      {"a letter too few", "[box]\nunprotcted = \"drop\"",
       "p:2:1: box.unprotcted: unknown key (box has unprotected, unknown_ethertype, allow, block, "
       "management and reply_limit); did you mean unprotected?\n"},
      {"letters exchanged", "[timeouts]\n  cloesd = \"1s\"",
       "p:2:3: timeouts.cloesd: unknown key (timeouts has established, half_closed, closed, "
       "server_syn and server_syn_retries); did you mean closed?\n"},
      {"the beginning of a key",
       "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n"
       "[object.server]\nmss = 1400",
       "p:5:1: object.server.mss: unknown key (object.server has mss_ipv4, mss_ipv6, "
       "window_scale, sack, timestamps and syn_ack_window); did you mean mss_ipv4?\n"},
      {"the key of another table", "[timeouts]\nlifetime = \"1m\"",
       "p:2:1: timeouts.lifetime: unknown key (timeouts has established, half_closed, closed, "
       "server_syn and server_syn_retries); it belongs to authentication\n"},
      {"a table", "[boxx]",
       "p:1:2: boxx: unknown key (a policy has box, authentication, timeouts, tables, object, "
       "tenant, detection and notify); did you mean box?\n"},
      {"a class of traffic",
       "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n"
       "limit.upd.packets = 1",
       "p:4:7: object.limit.upd: unknown key (object.limit has total, tcp, udp, icmp, fragment and "
       "other); did you mean udp?\n"},
      {"nothing like it, with a control character", "\"a\\nb\" = 1",
       "p:1:1: a?b: unknown key (a policy has box, authentication, timeouts, tables, object, "
       "tenant, "
       "detection and notify)\n"},
  });
}

TEST(ReadPolicy, ReportsValuesThatAreNoQuantity) {
  expect_faults({
      {"a boolean", "[timeouts]\nclosed = true",
       "p:2:10: timeouts.closed: is a boolean (seconds, 1s to 1h); write for example \"10s\"\n"},
      {"a fraction", "[tables]\nflows = 1.5",
       "p:2:9: tables.flows: is a number with a fraction (1 to 268435456); write for example "
       "4194304\n"},
      {"a time without a unit", "[timeouts]\nclosed = 10",
       "p:2:10: timeouts.closed: \"10\" is no such quantity (seconds, 1s to 1h); write \"10s\"\n"},
      {"the same in milliseconds", "[timeouts]\nserver_syn = 500",
       "p:2:14: timeouts.server_syn: \"500\" is no such quantity (milliseconds, 50ms to 1m); write "
       "\"500ms\"\n"},
      {"a suffix in the wrong case", "[box]\nreply_limit = \"1K\"",
       "p:2:15: box.reply_limit: \"1K\" is no such quantity (packets per second, 0 to 1M); write "
       "\"1k\"\n"},
      {"a suffix behind a space", "[box]\nreply_limit = \"1 k\"",
       "p:2:15: box.reply_limit: \"1 k\" is no such quantity (packets per second, 0 to 1M); write "
       "\"1k\"\n"},
      {"no number at all", "[box]\nreply_limit = \"lots\"",
       "p:2:15: box.reply_limit: \"lots\" is no such quantity (packets per second, 0 to 1M); write "
       "for example \"1k\"\n"},
      {"a negative number", "[box]\nreply_limit = -1",
       "p:2:15: box.reply_limit: \"-1\" is no such quantity (packets per second, 0 to 1M); write "
       "for example \"1k\"\n"},
      {"too small", "[timeouts]\nserver_syn = \"49ms\"",
       "p:2:14: timeouts.server_syn: 49ms is too small (milliseconds, 50ms to 1m); the least is "
       "\"50ms\"\n"},
      {"too large", "[tables]\nobjects = 131073",
       "p:2:11: tables.objects: 131073 is too large (1 to 131072); the most is 131072\n"},
  });
}

TEST(ReadPolicy, ReportsOtherValuesOfTheWrongKind) {
  const std::string object = "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n";
  const auto in_object = [&](std::string_view line) { return object + std::string{line}; };
  EXPECT_EQ(faults(in_object("syn = \"prox\"")),
            "p:4:7: object.syn: \"prox\" is unknown (off, proxy, reset, bad-ack or retransmit); "
            "did you mean \"proxy\"?\n");
  EXPECT_EQ(faults(in_object("syn = \"RESET\"")),
            "p:4:7: object.syn: \"RESET\" is unknown (off, proxy, reset, bad-ack or retransmit); "
            "did you mean \"reset\"?\n");
  EXPECT_EQ(faults(in_object("syn = \"please\"")),
            "p:4:7: object.syn: \"please\" is unknown (off, proxy, reset, bad-ack or "
            "retransmit)\n");
  EXPECT_EQ(faults(in_object("syn = true")),
            "p:4:7: object.syn: is a boolean (off, proxy, reset, bad-ack or retransmit); write for "
            "example \"proxy\"\n");
  EXPECT_EQ(faults(in_object("server.sack = \"true\"")),
            "p:4:15: object.server.sack: is a string (true or false); write true without "
            "quotation marks\n");
  EXPECT_EQ(faults(in_object("server.sack = 1")),
            "p:4:15: object.server.sack: is a number (true or false); write for example true\n");
  EXPECT_EQ(faults(in_object("server = 1")),
            "p:4:10: object.server: is a number (a table); write [object.server]\n");
  EXPECT_EQ(faults(in_object("service = { ports = \"25\" }")),
            "p:4:11: object.service: is a table (an array of tables); write [[object.service]]\n");
  EXPECT_EQ(faults("object = [1]"),
            "p:1:11: object: is a number (an array of tables); write [[object]]\n");
  EXPECT_EQ(faults("[object]\nname = \"a\""),
            "p:1:1: object: is a table (an array of tables); write [[object]]\n");
  EXPECT_EQ(faults("box = 1"), "p:1:7: box: is a number (a table); write [box]\n");
}

TEST(ReadPolicy, ReportsNamesThatAreNone) {
  const auto named = [](const std::string& name) {
    return faults("[[object]]\nname = \"" + name + "\"\nprefixes = [\"10.0.0.1\"]");
  };
  const std::string rule = " (1 to 63 letters, digits, '.', '_' or '-')";
  EXPECT_EQ(named(std::string(63, 'n')), "");
  EXPECT_EQ(named(""), "p:2:8: object.name: is empty" + rule + "\n");
  EXPECT_EQ(named("web server"), "p:2:8: object.name: \"web server\" has other characters" + rule +
                                     "; write \"web-server\"\n");
  EXPECT_EQ(named(std::string(64, 'n')),
            "p:2:8: object.name: \"" + std::string(64, 'n') + "\" has 64 bytes" + rule + "\n");
  EXPECT_EQ(faults("[[object]]\nname = 7\nprefixes = [\"10.0.0.1\"]"),
            "p:2:8: object.name: is a number" + rule + "; write for example \"web\"\n");
}

TEST(ReadPolicy, ReportsWhatIsMissing) {
  expect_faults({
      {"name and prefixes", "\n[[object]]\nsyn = \"proxy\"",
       "p:2:1: object.name: is missing (1 to 63 letters, digits, '.', '_' or '-'); add for example "
       "name = \"web\"\n"
       "p:2:1: object.prefixes: is missing (a list of at least one address or prefix); add for "
       "example prefixes = [\"192.0.2.10\", \"2001:db8:80::/64\"]\n"},
      {"prefixes that are empty", "[[object]]\nname = \"a\"\nprefixes = []",
       "p:3:12: object.prefixes: is empty (a list of at least one address or prefix); write for "
       "example [\"192.0.2.10\", \"2001:db8:80::/64\"]\n"},
      {"the parts of a service",
       "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n"
       "  [[object.service]]\n",
       "p:4:3: object.service.ports: is missing (a port from 1 to 65535 or a range of ports); add "
       "for example ports = \"8000-8100\"\n"
       "p:4:3: object.service.syn: is missing (off, proxy, reset, bad-ack or retransmit); add for "
       "example syn = \"retransmit\"\n"},
  });
}

TEST(ReadPolicy, ReportsPrefixesThatAreNone) {
  const std::string general = " (an address or prefix, such as 192.0.2.0/24 or 2001:db8::/32)";
  const auto allowed = [](const std::string& text) {
    return faults("[box]\nallow = [\"" + text + "\"]");
  };
  const std::string at = "p:2:10: box.allow: ";
  EXPECT_EQ(allowed("10.0.0.1/8"), at + "\"10.0.0.1/8\" has bits set behind its length (the "
                                        "address of a prefix is its first address); write "
                                        "\"10.0.0.0/8\"\n");
  EXPECT_EQ(allowed("2001:db8::1/64"), at + "\"2001:db8::1/64\" has bits set behind its length "
                                            "(the address of a prefix is its first address); "
                                            "write \"2001:db8::/64\"\n");
  EXPECT_EQ(allowed("10.0.0.0/33"),
            at + "\"10.0.0.0/33\" has no valid length (the length of an IPv4 prefix is 0 to 32)\n");
  EXPECT_EQ(allowed("::/129"),
            at + "\"::/129\" has no valid length (the length of an IPv6 prefix is 0 to 128)\n");
  EXPECT_EQ(allowed("10.0.0.0/eight"), at + "\"10.0.0.0/eight\" has no valid length (the length of "
                                            "an IPv4 prefix is 0 to 32)\n");
  EXPECT_EQ(allowed("10.0.0"),
            at + "\"10.0.0\" is neither an address nor a prefix" + general + "\n");
  EXPECT_EQ(allowed("::ffff:10.0.0.1"), at + "\"::ffff:10.0.0.1\" is an IPv4 address inside IPv6 "
                                             "(IPv4 is written as IPv4); write \"10.0.0.1\" and "
                                             "the length that belongs to it\n");
  EXPECT_EQ(faults("[box]\nallow = \"10.0.0.1\""),
            "p:2:9: box.allow: is a string (a list of addresses and prefixes); write "
            "[\"10.0.0.1\"]\n");
  EXPECT_EQ(faults("[box]\nallow = [\n  \"10.0.0.1\",\n  7 ]"),
            "p:4:3: box.allow: is a number (a list of addresses and prefixes); write for example "
            "[\"192.0.2.0/24\"]\n");
  EXPECT_EQ(allowed("::/0") + allowed("0.0.0.0/0"), "");
}

TEST(ReadPolicy, ReportsPortsThatAreNone) {
  const auto ports = [](const std::string& value) {
    return faults("[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\nservice = [{ ports = " +
                  value + ", syn = \"off\" }]");
  };
  const std::string at = "p:4:22: object.service.ports: ";
  const std::string rule = " (a port from 1 to 65535 or a range of ports)";
  EXPECT_EQ(ports("25") + ports("\"25\"") + ports("\"1-65535\""), "");
  for (const std::string bad :
       {"\"0\"", "\"65536\"", "\"1-\"", "\"-1\"", "\"1-2-3\"", "\"http\""}) {
    EXPECT_EQ(ports(bad),
              at + bad + " is no port or range" + rule + "; write for example \"8000-8100\"\n");
  }
  EXPECT_EQ(ports("\"9-8\""), at + "\"9-8\" ends before it begins" + rule + "; write \"8-9\"\n");
  EXPECT_EQ(ports("true"), at + "is a boolean" + rule + "; write for example \"8000-8100\"\n");
}

TEST(ReadPolicy, ReportsASyntaxError) {
  expect_faults({
      {"no value", "[box]\nallow =\n",
       "p:2:8: Error while parsing key-value pair: expected value, saw '\\n' (TOML 1.0)\n"},
      {"a key twice", "[box]\nallow = []\nallow = []\n",
       "p:3:9: Error while parsing key-value pair: cannot redefine existing array 'allow' (TOML "
       "1.0)\n"},
  });
}

TEST(ReadPolicy, ReportsAllFaultsInTheOrderOfTheFile) {
  EXPECT_EQ(faults("[[object]]\n"
                   "name = \"a\"\n"
                   "prefixes = [\"10.0.0.1/8\", \"10.0.0.1\"]\n"
                   "syn = \"on\"\n"
                   "[[object]]\n"
                   "name = \"a\"\n"
                   "prefixes = [\"10.0.0.1\"]\n"
                   "[box]\n"
                   "reply_limit = \"2M\"\n"),
            "p:3:13: object.prefixes: \"10.0.0.1/8\" has bits set behind its length (the address "
            "of a prefix is its first address); write \"10.0.0.0/8\"\n"
            "p:4:7: object.syn: \"on\" is unknown (off, proxy, reset, bad-ack or retransmit)\n"
            "p:6:8: object.name: \"a\" is also the name of the object in line 1 (no two objects "
            "share a name); write for example \"a-2\"\n"
            "p:7:13: object.prefixes: 10.0.0.1/32 also belongs to the object \"a\" in line 1 (a "
            "prefix belongs to one object, once); remove one of them, or make one longer: the "
            "longest prefix wins\n"
            "p:9:15: box.reply_limit: 2M is too large (packets per second, 0 to 1M); the most is "
            "\"1M\"\n");
}

TEST(ReadPolicy, KeepsABoundedNumberOfFaults) {
  std::string toml = "[box]\nallow = [\n";
  for (std::size_t i = 0; i < Diagnostics::max_kept + 5; ++i) toml += "\"x\",\n";
  const std::string text = faults(toml + "]\n");
  EXPECT_TRUE(text.ends_with("p: and 5 faults more\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(Diagnostics::max_kept) + 1);
}

TEST(ReadPolicy, RefusesAFileThatIsTooLong) {
  EXPECT_EQ(faults(std::string(max_policy_text_bytes + 1, '\n')),
            "p:1:1: the file has 67108865 bytes (at most 64Mi)\n");
}

TEST(ReadPolicy, ReadsALargePolicy) {
  // With sanitizers the largest takes half a minute.
  const std::size_t objects = std::getenv("SEKIMORI_LONG") != nullptr ? 100'000 : 10'000;
  std::string toml = "[tables]\nobjects = 131072\n";
  for (std::size_t i = 0; i < objects; ++i) {
    toml += "[[object]]\nname = \"site-" + std::to_string(i) + "\"\nprefixes = [\"10." +
            std::to_string(i >> 16) + '.' + std::to_string(i >> 8 & 255) + '.' +
            std::to_string(i & 255) + "\"]\n";
  }
  const auto policy = read_policy(toml, "p");
  ASSERT_TRUE(policy.has_value()) << policy.error().text().substr(0, 1000);
  EXPECT_EQ(policy->objects.size(), objects);
}

}  // namespace
}  // namespace sekimori
