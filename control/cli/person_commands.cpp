// sekictl person: certificates, made in the state folder of this machine and without the API.

#include <cstdio>
#include <memory>

#include "control/cli/command_context.hpp"
#include "control/cli/table.hpp"
#include "control/model/incident_words.hpp"
#include "control/pki/authority.hpp"

namespace sekimori {
namespace {

struct PersonChoice {
  std::string folder = "/var/lib/sekimori/pki";
  std::string name;
  std::string duty;
  std::uint32_t days = person_days;
};
using Choice = std::shared_ptr<PersonChoice>;

void add_person(CommandContext& context, const PersonChoice& choice) {
  const auto duty = duty_of(choice.duty);
  if (!duty) {
    return context.refuse("--duty has to be viewer, operator or approver, not \"" + choice.duty +
                          "\"");
  }
  const AuthorityFiles files{choice.folder};
  const auto made = make_person_certificate(files, choice.name, *duty, choice.days);
  if (!made) return context.refuse(made.error());
  std::printf(
      "%s\n%s\nGive both to %s, with %s, by a way on which nobody can read the key, and remove the "
      "key here.\n",
      made->certificate.c_str(), made->key.c_str(), choice.name.c_str(),
      files.certificate().c_str());
}

Json json_of(const std::vector<PersonEntry>& persons) {
  Json list{{"persons", Json::array()}};
  for (const PersonEntry& person : persons) {
    list["persons"].push_back({{"person", person.identity.person},
                               {"duty", name_of(person.identity.duty)},
                               {"serial", person.identity.serial},
                               {"expires_ms", person.identity.not_after_s * 1'000},
                               {"revoked", person.revoked}});
  }
  return list;
}

void list_all(CommandContext& context, const PersonChoice& choice) {
  const auto persons = list_persons({choice.folder});
  if (!persons) return context.refuse(persons.error());
  if (context.json) {
    std::printf("%s\n", json_of(*persons).dump(2).c_str());
    return;
  }
  Table table{{{"PERSON"}, {"DUTY"}, {"EXPIRES"}, {"REVOKED"}, {"SERIAL"}}};
  for (const PersonEntry& person : *persons) {
    table.add({person.identity.person, std::string{name_of(person.identity.duty)},
               moment_words(person.identity.not_after_s * 1'000), person.revoked ? "yes" : "no",
               person.identity.serial});
  }
  std::fputs(table.text("Nobody has a certificate yet.").c_str(), stdout);
}

void revoke(CommandContext& context, const PersonChoice& choice) {
  const auto serial = revoke_person({choice.folder}, choice.name);
  if (!serial) return context.refuse(serial.error());
  std::printf("%s: certificate %s admits nobody any more\n", choice.name.c_str(), serial->c_str());
}

CLI::App* add_local_command(CLI::App& group, const Choice& choice, const std::string& name,
                            const std::string& text) {
  CLI::App* command = group.add_subcommand(name, text);
  command->add_option("--pki", choice->folder, "The authority's folder")->capture_default_str();
  return command;
}

}  // namespace

void add_person_commands(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("person", "Make and revoke the certificates of persons");
  group->require_subcommand(1);
  const Choice choice = std::make_shared<PersonChoice>();
  CLI::App* add = add_local_command(*group, choice, "add", "Make a person's certificate and key");
  add->add_option("NAME", choice->name, "Letters, digits and . _ @ -")->required();
  add->add_option("--duty", choice->duty, "viewer, operator or approver")->required();
  add->add_option("--days", choice->days, "How long it lives")->capture_default_str();
  add->callback([&context, choice] { add_person(context, *choice); });

  CLI::App* list = add_local_command(*group, choice, "list", "List persons and their duties");
  list->add_flag("--json", context.json, "As JSON");
  list->callback([&context, choice] { list_all(context, *choice); });

  CLI::App* take = add_local_command(*group, choice, "revoke", "Let a certificate admit nobody");
  take->add_option("NAME", choice->name, "Whose")->required();
  take->callback([&context, choice] { revoke(context, *choice); });
}

}  // namespace sekimori
