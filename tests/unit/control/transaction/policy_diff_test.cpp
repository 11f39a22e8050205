#include "control/transaction/policy_diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Policy policy(const std::string& toml) {
  auto read = read_policy(toml, "p");
  if (!read) throw std::runtime_error{read.error().text()};
  return std::move(*read);
}

PolicyDiff diff(const std::string& before, const std::string& after) {
  return diff_policies(policy(before), policy(after));
}

std::string object(const std::string& name, const std::string& address,
                   const std::string& more = "") {
  return "[[object]]\nname = \"" + name + "\"\nprefixes = [\"" + address + "\"]\n" + more;
}

const std::string tenants = "[[tenant]]\nname = \"kita\"\n[[tenant]]\nname = \"minami\"\n";

/// "KIND PLACE (TENANT) KEY: BEFORE -> AFTER" for each change.
std::vector<std::string> lines(const PolicyDiff& found) {
  std::vector<std::string> result;
  for (const PolicyChange& c : found.changes) {
    EXPECT_FALSE(c.effect.empty());
    result.push_back(std::string{change_kind_names.at(static_cast<std::size_t>(c.kind))} + ' ' +
                     c.place + " (" + c.tenant + ") " + c.key + ": " + c.before + " -> " + c.after);
  }
  return result;
}

TEST(PolicyDiff, IsNothingForTheSamePolicy) {
  const std::string text = tenants + object("web", "10.0.0.1", "tenant = \"kita\"\n");
  const PolicyDiff same = diff(text, "# a comment\n" + text);
  EXPECT_TRUE(same.same());
  EXPECT_EQ(diff_text(same), "nothing changes\n");
  EXPECT_EQ(diff_json(same).at("same"), true);
  EXPECT_TRUE(diff("[box]\nallow = [\"10.0.0.1\", \"10.0.0.2\"]",
                   "[box]\nallow = [\"10.0.0.2\", \"10.0.0.1\"]")
                  .same());
}

TEST(PolicyDiff, NamesKeysWithTheirValues) {
  EXPECT_THAT(lines(diff(object("web", "10.0.0.1"),
                         object("web", "10.0.0.1",
                                "syn = \"proxy\"\nserver.mss_ipv4 = 1400\nlimit.udp.bits = \"1G\"\n"
                                "capacity.packets = \"10k\"\nthreshold.syn = 500\n"
                                "ladder.give_up = \"granted\"\n"))),
              ElementsAre("changed object web () object.syn: \"off\" -> \"proxy\"",
                          "changed object web () object.server.mss_ipv4: 1460 -> 1400",
                          "changed object web () object.limit.udp.bits: 0 -> \"1G\"",
                          "changed object web () object.capacity.packets: 0 -> \"10k\"",
                          "changed object web () object.threshold.syn: 0 -> 500",
                          "changed object web () object.ladder.give_up: \"ask\" -> \"granted\""));
}

TEST(PolicyDiff, NamesWhatComesToAListAndWhatGoes) {
  EXPECT_THAT(lines(diff("[box]\nblock = [\"10.0.0.0/8\", \"192.0.2.1\"]",
                         "[box]\nblock = [\"192.0.2.1\", \"198.51.100.0/24\"]")),
              ElementsAre("removed box () box.block: [\"10.0.0.0/8\"] -> ",
                          "added box () box.block:  -> [\"198.51.100.0/24\"]"));
}

TEST(PolicyDiff, ComparesServicesByTheirPorts) {
  const auto service = [](const std::string& ports, const std::string& syn) {
    return "[[object.service]]\nports = \"" + ports + "\"\nsyn = \"" + syn + "\"\n";
  };
  EXPECT_THAT(
      lines(diff(object("web", "10.0.0.1", service("25", "off") + service("80", "proxy")),
                 object("web", "10.0.0.1", service("443", "reset") + service("80", "proxy")))),
      ElementsAre("removed object web () object.service: ports = 25, syn = \"off\" -> ",
                  "added object web () object.service:  -> ports = 443, syn = \"reset\""));
  EXPECT_THAT(lines(diff(object("web", "10.0.0.1", service("80-90", "off")),
                         object("web", "10.0.0.1", service("80-90", "reset")))),
              ElementsAre("changed object web () object.service: ports = \"80-90\", syn = \"off\" "
                          "-> ports = \"80-90\", syn = \"reset\""));
}

TEST(PolicyDiff, TellsWhichObjectsComeAndGo) {
  const PolicyDiff found =
      diff(tenants + object("old", "10.0.0.1", "tenant = \"kita\"\n") + object("web", "10.0.0.2"),
           tenants + object("web", "10.0.0.2") +
               object("new", "10.0.0.3", "tenant = \"minami\"\nsyn = \"reset\"\n"));
  EXPECT_THAT(lines(found),
              ElementsAre("removed object old (kita) :  -> ", "added object new (minami) :  -> ",
                          "added object new (minami) object.prefixes:  -> [\"10.0.0.3/32\"]",
                          "changed object new (minami) object.syn: \"off\" -> \"reset\"",
                          "changed object new (minami) object.tenant: \"\" -> \"minami\""));
  EXPECT_EQ(found.objects_added, 1U);
  EXPECT_EQ(found.objects_removed, 1U);
  EXPECT_EQ(found.objects_changed, 0U);
  EXPECT_THAT(found.tenants, ElementsAre("kita", "minami"));
  EXPECT_THAT(diff_text(found), StartsWith("2 objects change (1 added, 1 removed, 0 changed) for 2 "
                                           "tenants\n\nfor tenant kita\n  object old\n"));
}

TEST(PolicyDiff, ConcernsBothTenantsOfAnObjectThatMoves) {
  const PolicyDiff found = diff(tenants + object("web", "10.0.0.1", "tenant = \"kita\"\n"),
                                tenants + object("web", "10.0.0.1", "tenant = \"minami\"\n"));
  EXPECT_THAT(found.tenants, ElementsAre("kita", "minami"));
}

TEST(PolicyDiff, ConcernsAllObjectsWhenSomethingChangesForAllTraffic) {
  const std::string objects = object("a", "10.0.0.1") + object("b", "10.0.0.2");
  const PolicyDiff found = diff(objects, "[timeouts]\nclosed = \"5s\"\n" + objects);
  EXPECT_TRUE(found.all_traffic);
  EXPECT_EQ(diff_json(found).at("affected_objects"), 2);
  EXPECT_THAT(diff_text(found), HasSubstr("so all 2 objects are concerned"));
  EXPECT_THAT(diff_text(found), HasSubstr("    timeouts.closed: \"10s\" -> \"5s\"\n"));
  EXPECT_FALSE(diff(objects, "[notify]\nsyslog = \"udp://192.0.2.1:514\"\n" + objects).all_traffic);
}

TEST(PolicyDiff, ShowsContactsAndTenants) {
  const std::string notify = "[notify]\nsmtp = \"smtp://m\"\nmail_from = \"a@b\"\n";
  EXPECT_THAT(lines(diff(notify + "[[tenant]]\nname = \"kita\"\n",
                         notify + "[[tenant]]\nname = \"kita\"\nmail = [\"x@y\"]\nthreshold.bits = "
                                  "\"1G\"\n[[tenant]]\nname = \"nishi\"\n")),
              ElementsAre("added tenant kita (kita) tenant.mail:  -> [\"x@y\"]",
                          "changed tenant kita (kita) tenant.threshold.bits: 0 -> \"1G\"",
                          "added tenant nishi (nishi) :  -> "));
}

TEST(PolicyDiff, IsBounded) {
  std::string before = "[tables]\nobjects = 131072\n";
  std::string after = before;
  constexpr std::size_t objects = PolicyDiff::max_listed + 5;
  for (std::size_t i = 0; i < objects; ++i) {
    std::string address{"10."};
    address.append(std::to_string(i >> 16)).append(".").append(std::to_string(i >> 8 & 255));
    address.append(".").append(std::to_string(i & 255));
    const std::string name = std::string{"o"}.append(std::to_string(i));
    before += object(name, address);
    after += object(name, address, "syn = \"reset\"\n");
  }
  const PolicyDiff found = diff(before, after);
  EXPECT_EQ(found.changes.size(), PolicyDiff::max_listed);
  EXPECT_EQ(found.not_listed, 5U);
  EXPECT_EQ(found.objects_changed, objects);
  EXPECT_EQ(diff_json(found).at("changes").back().at("effect"),
            "5 changes more, which are not listed.");
}

TEST(PolicyDiff, CutsLongListsAndTexts) {
  std::string list;
  for (int i = 0; i < 100; ++i) list.append("\"10.0.0.").append(std::to_string(i)).append("\",");
  const PolicyDiff found = diff("", "[box]\nallow = [" + list + "]");
  EXPECT_THAT(found.changes.at(0).after, HasSubstr(" and 80 more]"));
  const Json json = diff_json(found);
  EXPECT_LE(json.at("changes").at(0).at("after").get<std::string>().size(), 1'000U);
}

}  // namespace
}  // namespace sekimori
