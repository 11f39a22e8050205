#include "tests/demo/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/errors.hpp"

namespace sekimori::demo {
namespace {

constexpr double wanted_detect_s = 3.0;
constexpr double wanted_mitigate_s = 1.0;
/// Of the planned flood, so that a sender that did not run is noticed.
constexpr double wanted_flood = 0.95;

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

double success_percent(const PhaseResult& phase) {
  return phase.load.tried == 0 ? 0.0
                               : 100.0 * static_cast<double>(phase.load.succeeded) /
                                     static_cast<double>(phase.load.tried);
}

std::string format(const char* pattern, double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

std::string succeeded(const PhaseResult& phase) {
  return with_commas(phase.load.succeeded) + format(" (%.1f %%)", success_percent(phase));
}

std::string time_text(const std::vector<double>& times_ms, double percent,
                      std::chrono::milliseconds timeout) {
  const double value = percentile(times_ms, percent);
  return value >= static_cast<double>(timeout.count()) ? "timed out" : format("%.2f ms", value);
}

nlohmann::ordered_json phase_json(const PhaseResult& phase) {
  nlohmann::ordered_json json{
      {"requests_tried", phase.load.tried},
      {"requests_succeeded", phase.load.succeeded},
      {"connect_p50_ms", percentile(phase.load.connect_ms, 50)},
      {"connect_p99_ms", percentile(phase.load.connect_ms, 99)},
      {"request_p50_ms", percentile(phase.load.request_ms, 50)},
      {"request_p99_ms", percentile(phase.load.request_ms, 99)},
      {"syns_offered", phase.syns_offered},
      {"syns_reached_server", phase.syns_reached_server},
      {"syn_acks_sent", phase.syn_acks_sent},
      {"target_failed", phase.target_failed()},
      {"others_failed", phase.others_failed()},
      {"client_retransmissions", phase.client_retransmissions},
  };
  auto& drops = json["drops"] = nlohmann::ordered_json::object();
  for (const auto& drop : phase.drops) {
    drops[drop.name] = {{"packets", drop.packets}, {"text", drop.text}};
  }
  return json;
}

}  // namespace

std::string table(const DemoResult& result) {
  using Cell = std::string (*)(const PhaseResult&);
  const std::pair<const char*, Cell> rows[] = {
      {"Requests, all tenants", [](const auto& p) { return with_commas(p.load.tried); }},
      {"  succeeded", succeeded},
      {"  failed, of the tenant under attack",
       [](const auto& p) { return with_commas(p.target_failed()); }},
      {"  failed, of the other 216", [](const auto& p) { return with_commas(p.others_failed()); }},
      {"Time to connect, p50",
       [](const auto& p) { return time_text(p.load.connect_ms, 50, connect_timeout); }},
      {"Time to connect, p99",
       [](const auto& p) { return time_text(p.load.connect_ms, 99, connect_timeout); }},
      {"Segments that clients sent again",
       [](const auto& p) { return with_commas(p.client_retransmissions); }},
      {"Spoofed SYNs offered", [](const auto& p) { return with_commas(p.syns_offered); }},
      {"Spoofed SYNs that reached the server",
       [](const auto& p) { return with_commas(p.syns_reached_server); }},
  };
  std::array<char, 160> line{};
  const auto add = [&line](std::string& text, const char* name,
                           const std::array<std::string, 4>& cells) {
    std::snprintf(line.data(), line.size(), "  %-37s %15s %15s %15s %15s\n", name, cells[0].c_str(),
                  cells[1].c_str(), cells[2].c_str(), cells[3].c_str());
    text += line.data();
  };
  std::string text;
  add(text, "", {"no attack", "flood on one,", "flood on one,", "flood on one,"});
  add(text, "", {"", "unprotected", "one threshold", "Sekimori"});
  for (const auto& [name, cell] : rows) {
    add(text, name,
        {cell(result.baseline), cell(result.without), cell(result.threshold), cell(result.with)});
  }
  return text;
}

std::vector<Claim> claims(const DemoResult& result, const DemoOptions& options) {
  const KeeperResult& keeper = *result.with.keeper;
  const auto least_flood =
      static_cast<std::uint64_t>(wanted_flood * options.flood_pps *
                                 static_cast<double>((options.load_duration - flood_lead).count()));
  const auto large = [&](const PhaseResult& phase) { return phase.syns_offered >= least_flood; };
  const std::uint64_t of_target = result.with.load.tried / tenant_count;
  return {
      {"all floods were as large as planned",
       large(result.without) && large(result.threshold) && large(result.with)},
      {"unprotected, the tenant under attack fails",
       2 * result.without.target_failed() > result.without.load.tried / tenant_count},
      {"one threshold for all drops the requests of tenants that nobody attacks",
       result.threshold.others_failed() > 0},
      {"with Sekimori no request of the other 216 tenants fails", result.with.others_failed() == 0},
      {"the tenant under attack is served again, " +
           with_commas(of_target - result.with.target_failed()) + " of its " +
           with_commas(of_target) + " requests",
       3 * result.with.target_failed() <= of_target},
      {"the incident is recorded within 3 s of the flood's first packet (" +
           format("%.1f s)", keeper.detect_s),
       keeper.detect_s <= wanted_detect_s},
      {"a measure is in force within 1 s of the record (" +
           format("%.2f s)", keeper.mitigate_s.value_or(0)),
       keeper.mitigate_s && *keeper.mitigate_s <= wanted_mitigate_s},
      {"the diagnosis is right (" + keeper.diagnosis + ")",
       keeper.diagnosis == "syn_flood_spoofed"},
      {"the tenant and the operators have been told (" + with_commas(keeper.notices) + " notices)",
       keeper.notices >= 2},
      {"all steps of the ladder have ended by themselves", keeper.normal_again},
  };
}

void write_json(const std::filesystem::path& path, const DemoResult& result,
                const DemoOptions& options) {
  const KeeperResult& keeper = *result.with.keeper;
  nlohmann::ordered_json json{
      {"port_driver", options.driver == lab::PortDriver::af_xdp ? "af_xdp" : "af_packet"},
      {"flood_pps", options.flood_pps},
      {"requests_per_s", options.requests_per_s},
      {"baseline", phase_json(result.baseline)},
      {"without", phase_json(result.without)},
      {"one_threshold", phase_json(result.threshold)},
      {"with", phase_json(result.with)},
      {"detect_seconds", keeper.detect_s},
      {"mitigate_seconds", nullptr},
      {"diagnosis", keeper.diagnosis},
      {"steps", keeper.steps},
      {"other_tenants_failed", result.with.others_failed()},
      {"other_tenants_shown_unaffected", keeper.unaffected},
      {"notices", keeper.notices},
  };
  if (keeper.mitigate_s) json["mitigate_seconds"] = *keeper.mitigate_s;
  auto& list = json["claims"] = nlohmann::ordered_json::array();
  for (const Claim& claim : claims(result, options)) {
    list.push_back({{"text", claim.text}, {"shown", claim.shown}});
  }
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path());
  std::ofstream file(path);
  file << json.dump(2) << "\n" << std::flush;
  if (!file) {
    lab::throw_errno("write " + path.string());
  }
}

}  // namespace sekimori::demo
