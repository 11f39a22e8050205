#include "tests/demo/keeper.hpp"

#include <optional>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::demo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds patience{30};

double seconds_between(std::uint64_t from_ms, std::uint64_t to_ms) {
  return to_ms > from_ms ? static_cast<double>(to_ms - from_ms) / 1000.0 : 0.0;
}

/// The incident of the target, when it has ended.
std::optional<Json> ended_incident(const lab::Control& control) {
  const Json list = control.ask({"incident", "list"});
  for (const Json& summary : list["incidents"]) {
    if (summary["subject"]["level"] != "object" || summary["ended_ms"].is_null()) continue;
    return control.ask({"incident", "show", std::to_string(summary["id"].get<std::uint64_t>())});
  }
  return std::nullopt;
}

std::uint64_t notices_delivered(const lab::Control& control) {
  std::uint64_t delivered = 0;
  const Json list = control.ask({"notice", "list"});
  for (const Json& notice : list["notices"]) {
    delivered += notice["state"] == "delivered" ? 1U : 0U;
  }
  return delivered;
}

bool notices_are_out(const lab::Control& control) {
  const Json list = control.ask({"notice", "list"});
  for (const Json& notice : list["notices"]) {
    if (notice["state"] == "pending") return false;
  }
  return true;
}

}  // namespace

KeeperResult keeper_result(const lab::Control& control, std::uint64_t flood_began_ms) {
  std::optional<Json> incident;
  if (!lab::wait_until(patience, [&] {
        incident = ended_incident(control);
        return incident && notices_are_out(control);
      })) {
    throw lab::LabError("the incident does not end: " + control.ask({"incident", "list"}).dump(2));
  }
  KeeperResult result;
  const auto recorded_ms = (*incident)["recorded_ms"].get<std::uint64_t>();
  result.detect_s = seconds_between(flood_began_ms, recorded_ms);
  if (const Json& mitigated = (*incident)["mitigated_ms"]; !mitigated.is_null()) {
    result.mitigate_s = seconds_between(recorded_ms, mitigated.get<std::uint64_t>());
  }
  result.diagnosis = (*incident)["diagnosis"]["kind"].get<std::string>();
  for (const Json& action : (*incident)["actions"]) {
    result.steps.push_back(action["step"].get<std::string>() + ": " +
                           action["what"].get<std::string>() + "; " +
                           action["reason"].get<std::string>());
  }
  result.unaffected = (*incident)["unaffected_count"].get<std::uint32_t>();
  result.notices = notices_delivered(control);
  result.normal_again = control.ask({"status"})["measures_in_force"] == 0;
  result.report = control.sekictl(
      {"incident", "report", std::to_string((*incident)["id"].get<std::uint64_t>())});
  return result;
}

}  // namespace sekimori::demo
