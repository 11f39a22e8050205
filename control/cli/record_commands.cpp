// sekictl baseline, notice, audit.

#include <memory>

#include "common/percent_encoding.hpp"
#include "control/cli/command_context.hpp"
#include "control/cli/json_view.hpp"
#include "control/cli/table.hpp"

namespace sekimori {
namespace {

struct RecordChoice {
  std::string object;
  std::vector<std::string> vectors;
  double factor = 1;
  std::string incident;
  std::string state;
  std::string tenant;
  std::uint64_t from = 0;
  std::uint32_t limit = 100;
};
using Choice = std::shared_ptr<RecordChoice>;

std::string baselines_view(const Json& list) {
  Table table{{{"VECTOR"},
               {"THRESHOLD", Table::Side::right},
               {"ACCEPTED"},
               {"BY"},
               {"HOURS SEEN", Table::Side::right},
               {"MEDIAN", Table::Side::right},
               {"HIGH", Table::Side::right}}};
  for (const Json& baseline : list.at("baselines")) {
    table.add({text_in(baseline, "vector"), scaled_in(baseline, "threshold"),
               moment_in(baseline, "accepted_ms"), text_in(baseline, "accepted_by"),
               scaled_in(baseline, "observed_hours"), scaled_in(baseline, "median"),
               scaled_in(baseline, "high")});
  }
  return table.text("Nothing has been learned about this object yet.");
}

std::string proposals_view(const Json& list) {
  Table table{{{"OBJECT"},
               {"VECTOR"},
               {"NOW", Table::Side::right},
               {"PROPOSED", Table::Side::right},
               {"HOURS SEEN", Table::Side::right},
               {"REASON"}}};
  for (const Json& proposal : list.at("proposals")) {
    table.add({text_in(proposal, "object"), text_in(proposal, "vector"),
               scaled_in(proposal, "present"), scaled_in(proposal, "proposed"),
               scaled_in(proposal, "observed_hours"), text_in(proposal, "reason")});
  }
  return table.text("There is nothing to propose yet.", 140);
}

std::string notices_view(const Json& page) {
  Table table{{{"CREATED"},
               {"STATE"},
               {"OCCASION"},
               {"INCIDENT", Table::Side::right},
               {"TENANT"},
               {"CHANNEL"},
               {"ADDRESS"},
               {"TRIES", Table::Side::right},
               {"RESULT"}}};
  for (const Json& notice : page.at("notices")) {
    const std::string tenant = text_in(notice, "tenant");
    table.add({moment_in(notice, "created_ms"), text_in(notice, "state"),
               text_in(notice, "occasion"), text_in(notice, "incident"),
               tenant.empty() ? "(operators)" : tenant, text_in(notice, "channel"),
               text_in(notice, "address"), text_in(notice, "attempts"), text_in(notice, "result")});
  }
  return table.text("There is no such notice.", 160);
}

std::string test_view(const Json& answer) {
  Table table{{{"CHANNEL"}, {"ADDRESS"}, {"DELIVERED"}, {"RESULT"}}};
  for (const Json& result : answer.at("results")) {
    table.add({text_in(result, "channel"), text_in(result, "address"),
               result.at("delivered").get<bool>() ? "yes" : "NO", text_in(result, "result")});
  }
  return table.text("There was nobody to tell.");
}

std::string audit_view(const Json& page) {
  Table table{{{"NUMBER", Table::Side::right}, {"AT"}, {"PERSON"}, {"DUTY"}, {"WHAT"}, {"DETAIL"}}};
  for (const Json& entry : page.at("entries")) {
    table.add({text_in(entry, "sequence"), moment_in(entry, "at_ms"), text_in(entry, "person"),
               text_in(entry, "duty"), text_in(entry, "what"), text_in(entry, "detail")});
  }
  std::string text = table.text("There is no entry from there on.", 160);
  if (!is_null_in(page, "next")) {
    text += "More: sekictl audit list --from " + text_in(page, "next") + "\n";
  }
  return text;
}

std::string verification_view(const Json& result) {
  if (result.at("intact").get<bool>()) {
    return "The audit is intact: " + text_in(result, "entries") + " entries, the last hash is " +
           text_in(result, "last_hash") + "\n";
  }
  return "THE AUDIT IS NOT INTACT from entry " + text_in(result, "first_fault") +
         " on: " + text_in(result, "detail") + "\n";
}

void add_baselines(CLI::App& app, CommandContext& context, const Choice& choice) {
  CLI::App* group = app.add_subcommand("baseline", "Learn thresholds from history");
  group->require_subcommand(1);
  CLI::App* show = add_api_command(*group, context, "show", "Show what was learned of an object");
  show->add_option("OBJECT", choice->object, "Its name")->required();
  show->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/baselines/" + percent_encoded(choice->object));
        },
        baselines_view);
  });
  CLI::App* propose = add_api_command(*group, context, "propose", "Propose thresholds");
  propose->add_option("OBJECT", choice->object, "Only for this object");
  propose->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/baseline-proposals", {{"object", choice->object}});
        },
        proposals_view);
  });
  CLI::App* accept = add_api_command(*group, context, "accept", "Take proposals into use");
  accept->add_option("OBJECT", choice->object, "Its name")->required();
  accept->add_option("VECTOR", choice->vectors, "Vectors such as syn")->required();
  accept->add_option("--factor", choice->factor, "Multiplies what is proposed")
      ->capture_default_str();
  accept->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.post("/v1/baseline-proposals/accept", {{"object", choice->object},
                                                               {"vectors", choice->vectors},
                                                               {"factor", choice->factor}});
        },
        proposals_view);
  });
}

void add_notices(CLI::App& app, CommandContext& context, const Choice& choice) {
  CLI::App* group = app.add_subcommand("notice", "Show and test what tells people");
  group->require_subcommand(1);
  CLI::App* list = add_api_command(*group, context, "list", "List notices, the newest first");
  list->add_option("--incident", choice->incident, "Only those about this incident");
  list->add_option("--state", choice->state, "pending, delivered or failed");
  list->add_option("--tenant", choice->tenant, "Only those to this tenant");
  list->add_option("--limit", choice->limit, "The most to list")->capture_default_str();
  list->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/notices", {{"incident", choice->incident},
                                            {"state", choice->state},
                                            {"tenant", choice->tenant},
                                            {"limit", std::to_string(choice->limit)}});
        },
        notices_view);
  });
  CLI::App* test = add_api_command(*group, context, "test", "Send a test notice to each contact");
  test->add_option("--tenant", choice->tenant, "Of this tenant; of the operators if left out");
  test->callback([&context, choice] {
    bool delivered = true;
    context.show(
        [&](const ApiClient& client) {
          Json request = Json::object();
          if (!choice->tenant.empty()) request["tenant"] = choice->tenant;
          auto answer = client.post("/v1/notices/test", request);
          if (answer && answer->contains("results")) {
            for (const Json& result : answer->at("results")) {
              delivered = delivered && result.value("delivered", false);
            }
          }
          return answer;
        },
        test_view);
    if (!delivered) context.status = exit_failure;
  });
}

void add_audit(CLI::App& app, CommandContext& context, const Choice& choice) {
  CLI::App* group = app.add_subcommand("audit", "Show and verify who did what");
  group->require_subcommand(1);
  CLI::App* list = add_api_command(*group, context, "list", "List entries, the oldest first");
  list->add_option("--from", choice->from, "The lowest number")->capture_default_str();
  list->add_option("--limit", choice->limit, "The most to list")->capture_default_str();
  list->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/audit", {{"from", std::to_string(choice->from)},
                                          {"limit", std::to_string(choice->limit)}});
        },
        audit_view);
  });
  add_api_command(*group, context, "verify", "Check that no entry was changed or taken out")
      ->callback([&context] {
        bool intact = true;
        context.show(
            [&](const ApiClient& client) {
              auto answer = client.get("/v1/audit/verify");
              if (answer) intact = answer->value("intact", false);
              return answer;
            },
            verification_view);
        if (!intact) context.status = exit_failure;
      });
}

}  // namespace

void add_record_commands(CLI::App& app, CommandContext& context) {
  const Choice choice = std::make_shared<RecordChoice>();
  add_baselines(app, context, choice);
  add_notices(app, context, choice);
  add_audit(app, context, choice);
}

}  // namespace sekimori
