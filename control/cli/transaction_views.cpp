#include "control/cli/transaction_views.hpp"

#include "control/cli/json_view.hpp"
#include "control/cli/table.hpp"
#include "control/model/clean_text.hpp"
#include "control/model/listing.hpp"

namespace sekimori {

std::string policy_check_view(const std::string& file, const Json& check) {
  if (check.at("valid").get<bool>()) {
    return file + ": ok, policy " + text_in(check, "id") + ", " + text_in(check, "summary") + "\n";
  }
  std::string text = file + ": " + text_in(check, "summary") + "\n";
  for (const Json& fault : check.at("faults")) {
    text += "  " + text_in(fault, "place") + ": " + text_in(fault, "rule") + "\n";
  }
  return text;
}

std::string policy_diff_view(const Json& diff) {
  if (diff.at("same").get<bool>()) return "Nothing changes: the policy in force says the same.\n";
  std::string text;
  std::string place;
  for (const Json& change : diff.at("changes")) {
    std::string heading = text_in(change, "place");
    if (const std::string tenant = text_in(change, "tenant"); !tenant.empty()) {
      heading += " of tenant " + tenant;
    }
    if (heading != place) text += heading + "\n";
    place = heading;
    const std::string kind = text_in(change, "kind");
    const std::string key = text_in(change, "key");
    if (key.empty()) {
      text += "  " + kind + "\n";
    } else {
      text +=
          "  " + key + ": " + text_in(change, "before") + " -> " + text_in(change, "after") + "\n";
    }
    if (const std::string effect = text_in(change, "effect"); !effect.empty()) {
      text += "    " + effect + "\n";
    }
  }
  std::string tenants;
  for (const Json& tenant : diff.at("affected_tenants")) {
    add_listed(tenants, clean_text(tenant.get<std::string>()));
  }
  return text + "\nObjects affected: " + text_in(diff, "affected_objects") +
         "; tenants affected: " + (tenants.empty() ? "none" : tenants) + "\n";
}

std::string policy_shadow_view(const Json& shadow) {
  const std::string from =
      shadow.at("from") == "capture" ? "the capture of" : "the samples of the last";
  std::string text = "By " + from + " " + scaled_in(shadow, "seconds") + " s, which stand for " +
                     scaled_in(shadow, "packets") + " packets:\n\n";
  Table objects{{{"OBJECT"},
                 {"TENANT"},
                 {"PACKETS", Table::Side::right},
                 {"DROPPED NOW", Table::Side::right},
                 {"DROPPED THEN", Table::Side::right},
                 {"MOSTLY FOR"}}};
  for (const Json& object : shadow.at("objects")) {
    const Json& reasons = object.at("reasons");
    objects.add({text_in(object, "object"), text_in(object, "tenant"), scaled_in(object, "packets"),
                 scaled_in(object, "dropped_before"), scaled_in(object, "dropped_after"),
                 reasons.empty() ? "" : text_in(reasons.front(), "what")});
  }
  text += objects.text("Nothing changes for any object.");
  if (!shadow.at("known_good").empty()) {
    text += "\nKNOWN-GOOD SOURCES WOULD LOSE PACKETS:\n\n";
    Table sources{{{"SOURCE"},
                   {"OBJECT"},
                   {"PACKETS", Table::Side::right},
                   {"DROPPED", Table::Side::right},
                   {"REASON"}}};
    for (const Json& source : shadow.at("known_good")) {
      sources.add({text_in(source, "source"), text_in(source, "object"),
                   scaled_in(source, "packets"), scaled_in(source, "dropped"),
                   text_in(source, "reason")});
    }
    text += sources.text("");
  }
  for (const Json& note : shadow.at("notes")) {
    text += "\nNote: " + clean_text(note.get<std::string>()) + "\n";
  }
  return text;
}

std::string policy_history_view(const Json& page) {
  Table table{{{"VERSION", Table::Side::right},
               {"STATE"},
               {"COMMITTED"},
               {"BY"},
               {"CONFIRMED BY"},
               {"COMMENT"}}};
  for (const Json& version : page.at("versions")) {
    table.add({text_in(version, "version"), text_in(version, "state"),
               moment_in(version, "committed_ms"), text_in(version, "person"),
               text_in(version, "confirmed_by"), text_in(version, "comment")});
  }
  return table.text("No policy has been committed yet.");
}

std::string committed_view(const Json& version) {
  const std::string number = text_in(version, "version");
  std::string text = "version " + number + " (" + text_in(version, "id") + ") is " +
                     text_in(version, "state") + "\n";
  if (!is_null_in(version, "confirm_by_ms")) {
    text += "The version before returns at " + moment_in(version, "confirm_by_ms") +
            " unless you run: sekictl policy confirm " + number + "\n";
  }
  return text;
}

}  // namespace sekimori
