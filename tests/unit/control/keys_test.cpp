#include "control/model/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

/// A policy in which one key has one value and everything else is right.
std::string policy_with(const TableDefinition& table, const KeyDefinition& key,
                        const std::string& value) {
  const std::string line = std::string{key.name} + " = " + value + "\n";
  std::string path{table.path};
  if (const std::size_t star = path.find('*'); star != std::string::npos) {
    path.replace(star, 1, "udp");
  }
  std::string header = table.repeated ? "[[" + path + "]]\n" : '[' + path + "]\n";
  // Whom mails and webhooks reach is only right where they can be sent.
  if (path == "notify.operators" || path == "tenant") {
    header = "[notify]\nsmtp = \"smtp://m\"\nmail_from = \"a@b\"\nwebhook_secret_file = \"/s\"\n" +
             header;
  }
  if (path == "tenant" && key.name != "name") header += "name = \"kita\"\n";
  if (path == "tenant.threshold") header = "[[tenant]]\nname = \"kita\"\n" + header;
  if (!path.starts_with("object")) return header + line;

  std::string result = "[[tenant]]\nname = \"kita\"\n[[object]]\n";
  if (key.name != "name") result += "name = \"a\"\n";
  if (key.name != "prefixes") result += "prefixes = [\"10.0.0.1\"]\n";
  if (path != "object") result += header;
  if (path == "object.service" && key.name != "ports") result += "ports = 25\n";
  if (path == "object.service" && key.name != "syn") result += "syn = \"off\"\n";
  return result + line;
}

std::string faults(const TableDefinition& table, const KeyDefinition& key,
                   const std::string& value) {
  const auto policy = read_policy(policy_with(table, key, value), "p");
  return policy ? "" : policy.error().text();
}

/// The other end of a range may break a rule between keys; that is not what is tested here.
bool accepted(const TableDefinition& table, const KeyDefinition& key, const std::string& value) {
  const std::string text = faults(table, key, value);
  return text.empty() || text.find("retransmit_max, which is") != std::string::npos;
}

template <typename Visit>
void for_each_key(Visit visit) {
  for (const TableDefinition& table : policy_tables()) {
    for (const KeyDefinition* key : table.keys) {
      SCOPED_TRACE(std::string{table.path} + '.' + std::string{key->name});
      visit(table, *key);
    }
  }
}

TEST(Keys, AreAllDescribed) {
  std::set<std::string> paths;
  for_each_key([&](const TableDefinition& table, const KeyDefinition& key) {
    EXPECT_TRUE(paths.insert(std::string{table.path} + '.' + std::string{key.name}).second);
    EXPECT_TRUE(key.text.ends_with('.'));
    EXPECT_FALSE(rule_text(key).empty());
    EXPECT_EQ(default_text(key).empty(), key.required);
  });
  EXPECT_EQ(paths.size(), 91U);
}

TEST(Keys, AcceptTheirExamplesAndDefaults) {
  for_each_key([](const TableDefinition& table, const KeyDefinition& key) {
    EXPECT_EQ(faults(table, key, std::string{key.example}), "");
    if (key.required) return;
    EXPECT_EQ(faults(table, key, default_text(key)), "");
  });
}

TEST(Keys, KeepTheirRanges) {
  for_each_key([](const TableDefinition& table, const KeyDefinition& key) {
    if (key.type != KeyType::quantity) return;
    EXPECT_TRUE(accepted(table, key, quantity_text(key.minimum, key.unit)));
    EXPECT_TRUE(accepted(table, key, quantity_text(key.maximum, key.unit)));
    EXPECT_THAT(faults(table, key, quantity_text(key.maximum + 1, key.unit)),
                HasSubstr("is too large"));
    if (key.minimum > 0) {
      EXPECT_THAT(faults(table, key, quantity_text(key.minimum - 1, key.unit)),
                  HasSubstr("is too small"));
    }
  });
}

TEST(Keys, AcceptEachOfTheirChoicesAndNoOther) {
  for_each_key([](const TableDefinition& table, const KeyDefinition& key) {
    if (key.type != KeyType::choice) return;
    for (const std::string_view choice : key.allowed_choices()) {
      EXPECT_EQ(faults(table, key, '"' + std::string{choice} + '"'), "");
    }
    for (const std::string_view refused : key.choices.first(key.minimum)) {
      EXPECT_THAT(faults(table, key, '"' + std::string{refused} + '"'), HasSubstr("is unknown"));
    }
    EXPECT_THAT(faults(table, key, "\"\""), HasSubstr("is unknown"));
  });
}

TEST(Keys, RefuseATableForAValue) {
  for_each_key([](const TableDefinition& table, const KeyDefinition& key) {
    EXPECT_THAT(faults(table, key, "{}"), HasSubstr("is a table"));
  });
}

}  // namespace
}  // namespace sekimori
