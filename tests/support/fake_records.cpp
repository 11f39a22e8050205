// What the made-up system shows of its policies and records.

#include "tests/support/fake_records.hpp"

namespace sekimori::test {
namespace {

constexpr const char* policy_text =
    "[[object]]\nname = \"web-042\"\nprefixes = [\"192.0.2.42\"]\ntenant = \"city-042\"\n";

}  // namespace

Json fake_policy_version(std::uint64_t version, bool with_text) {
  Json json{{"version", version},
            {"id", "00c0ffee00c0ffee"},
            {"state", version == 3 ? "in-force" : "replaced"},
            {"person", "ben"},
            {"comment", "raise the threshold of web-042"},
            {"committed_ms", 1'795'650'000'000},
            {"confirm_by_ms", nullptr},
            {"confirmed_by", "ben"}};
  if (with_text) json["text"] = policy_text;
  return json;
}

Json fake_check(bool valid) {
  if (valid) {
    return {{"valid", true},
            {"id", "00c0ffee00c0ffee"},
            {"summary", "1 object, 1 prefix, 0 services, 0 listed sources"},
            {"faults", Json::array()}};
  }
  return {{"valid", false},
          {"id", ""},
          {"summary", "1 fault"},
          {"faults", Json::array({{{"place", "policy.toml:3:13: object.prefixes"},
                                   {"rule", "has to be a prefix without host bits"}}})}};
}

Json fake_diff() {
  return {{"same", false},
          {"changes", Json::array({{{"kind", "changed"},
                                    {"place", "object web-042"},
                                    {"tenant", "city-042"},
                                    {"key", "threshold.syn"},
                                    {"before", "15k"},
                                    {"after", "20k"},
                                    {"effect", "SYNs are abnormal from 20k packets/s on"}}})},
          {"affected_objects", 1},
          {"affected_tenants", {"city-042"}}};
}

Json fake_shadow(bool capture) {
  return {{"from", capture ? "capture" : "samples"},
          {"seconds", 60.0},
          {"packets", 1'200'000},
          {"objects",
           Json::array({{{"object", "web-042"},
                         {"tenant", "city-042"},
                         {"packets", 900'000.0},
                         {"dropped_before", 700'000.0},
                         {"dropped_after", 700'120.0},
                         {"reasons", Json::array({{{"what", "rate_limited"}, {"share", 0.9}}})}}})},
          {"known_good", Json::array({{{"source", "198.51.100.7"},
                                       {"object", "web-042"},
                                       {"packets", 4000.0},
                                       {"dropped", 120.0},
                                       {"reason", "rate_limited"}}})},
          {"notes", {"samples show no handshakes, so SYN authentication is not replayed"}}};
}

Json fake_baselines(const std::string& object) {
  return {{"baselines", Json::array({{{"object", object},
                                      {"vector", "syn"},
                                      {"unit", "packets per second"},
                                      {"threshold", 15'000.0},
                                      {"accepted_ms", 1'795'000'000'000},
                                      {"accepted_by", "ben"},
                                      {"observed_hours", 336.0},
                                      {"median", 800.0},
                                      {"high", 6'000.0}}})}};
}

Json fake_proposals(const std::string& object) {
  return {{"proposals",
           Json::array({{{"object", object.empty() ? "web-042" : object},
                         {"vector", "syn"},
                         {"unit", "packets per second"},
                         {"present", nullptr},
                         {"proposed", 15'000.0},
                         {"bounded_by_capacity", true},
                         {"observed_hours", 336.0},
                         {"reason", "2.5 times the highest hour; the capacity is 15k"}}})}};
}

Json fake_audit() {
  return {{"entries", Json::array({{{"sequence", 1},
                                    {"at_ms", 1'795'650'000'000},
                                    {"person", "ben"},
                                    {"duty", "operator"},
                                    {"what", "policy.commit"},
                                    {"detail", "version 3: raise the threshold of web-042"},
                                    {"hash", std::string(64, 'a')}}})},
          {"next", nullptr}};
}

std::vector<Delivery> fake_notices() {
  return {{.key = "00112233445566778899aabbccddeeff",
           .incident = 42,
           .occasion = Occasion::opened,
           .recipient = {.channel = Channel::mail,
                         .address = "noc@city-042.example",
                         .tenant = "city-042"},
           .subject = "[sekimori] web-042: SYN flood",
           .content = "",
           .created_ms = 1'795'659'602'250,
           .progress = {.state = DeliveryState::delivered,
                        .attempts = 1,
                        .due_ms = 0,
                        .finished_ms = 1'795'659'602'700,
                        .result = "250 2.0.0 Ok"}}};
}

}  // namespace sekimori::test
