// How a difference between policies looks, for people and for programs.

#include <algorithm>

#include "control/transaction/policy_diff.hpp"

namespace sekimori {
namespace {

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::uint64_t objects_touched(const PolicyDiff& diff) {
  return diff.objects_added + diff.objects_removed + diff.objects_changed;
}

std::string summary(const PolicyDiff& diff) {
  if (diff.same()) return "nothing changes\n";
  const std::uint64_t touched = objects_touched(diff);
  std::string text = counted(touched, "object") + (touched == 1 ? " changes (" : " change (") +
                     std::to_string(diff.objects_added) + " added, " +
                     std::to_string(diff.objects_removed) + " removed, " +
                     std::to_string(diff.objects_changed) + " changed) for " +
                     counted(diff.tenants.size(), "tenant") + '\n';
  if (diff.all_traffic) {
    text += "keys that hold for all traffic change, so all " +
            counted(diff.objects_in_all, "object") + " are concerned\n";
  }
  return text;
}

std::string line_of(const PolicyChange& change) {
  std::string text = "    ";
  if (change.key.empty())
    return text + std::string{change_kind_names.at(static_cast<std::size_t>(change.kind))} + ": " +
           change.effect + '\n';
  text += change.key + ": ";
  switch (change.kind) {
    case ChangeKind::added:
      return text + "+ " + change.after + '\n';
    case ChangeKind::removed:
      return text + "- " + change.before + '\n';
    case ChangeKind::changed:
      return text + change.before + " -> " + change.after + '\n';
  }
  return text;
}

/// What the API promises as the longest texts.
std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t kept = most - 3;
  while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xc0) == 0x80) --kept;
  return text.substr(0, kept) + "...";
}

Json change_json(const PolicyChange& change) {
  constexpr std::size_t max_value = 1'000;
  constexpr std::size_t max_name = 200;
  return {{"kind", change_kind_names.at(static_cast<std::size_t>(change.kind))},
          {"place", cut(change.place, max_name)},
          {"tenant", change.tenant},
          {"key", cut(change.key, max_name)},
          {"before", cut(change.before, max_value)},
          {"after", cut(change.after, max_value)},
          {"effect", cut(change.effect, max_value)}};
}

}  // namespace

std::string diff_text(const PolicyDiff& diff) {
  std::string text = summary(diff);
  const PolicyChange* last = nullptr;
  for (const PolicyChange& change : diff.changes) {
    if (last == nullptr || last->tenant != change.tenant) {
      text += change.tenant.empty() ? "\nfor nobody in particular\n"
                                    : "\nfor tenant " + change.tenant + '\n';
      last = nullptr;
    }
    if (last == nullptr || last->place != change.place) text += "  " + change.place + '\n';
    text += line_of(change);
    last = &change;
  }
  if (diff.not_listed > 0) text += "\nand " + counted(diff.not_listed, "change") + " more\n";
  return text;
}

Json diff_json(const PolicyDiff& diff) {
  Json changes = Json::array();
  for (const PolicyChange& change : diff.changes) changes.push_back(change_json(change));
  if (diff.not_listed > 0) {
    changes.push_back(change_json(
        {.kind = ChangeKind::changed,
         .place = "policy",
         .tenant = {},
         .key = {},
         .before = {},
         .after = {},
         .effect = counted(diff.not_listed, "change") + " more, which are not listed."}));
  }
  return {{"same", diff.same()},
          {"changes", std::move(changes)},
          {"affected_objects", diff.all_traffic ? diff.objects_in_all : objects_touched(diff)},
          {"affected_tenants", diff.tenants}};
}

}  // namespace sekimori
