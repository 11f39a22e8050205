#include "tests/demo/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/errors.hpp"

namespace sekimori::demo {
namespace {

constexpr double wanted_success_percent = 99.0;
constexpr double failing_success_percent = 50.0;
constexpr double wanted_slowdown = 10.0;
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
      {"false_drops", phase.false_drops},
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
      {"Requests tried", [](const auto& p) { return with_commas(p.load.tried); }},
      {"Requests succeeded", succeeded},
      {"Time to connect, p50",
       [](const auto& p) { return time_text(p.load.connect_ms, 50, connect_timeout); }},
      {"Time to connect, p99",
       [](const auto& p) { return time_text(p.load.connect_ms, 99, connect_timeout); }},
      {"Time of a request, p99",
       [](const auto& p) { return time_text(p.load.request_ms, 99, request_timeout); }},
      {"Segments that clients sent again",
       [](const auto& p) { return with_commas(p.client_retransmissions); }},
      {"Spoofed SYNs offered", [](const auto& p) { return with_commas(p.syns_offered); }},
      {"Spoofed SYNs that reached the server",
       [](const auto& p) { return with_commas(p.syns_reached_server); }},
      {"SYN-ACKs answered by Sekimori", [](const auto& p) { return with_commas(p.syn_acks_sent); }},
      {"Clients' packets dropped by Sekimori",
       [](const auto& p) { return with_commas(p.false_drops); }},
  };
  std::array<char, 160> line{};
  const auto add = [&line](std::string& text, const char* name, const std::string& a,
                           const std::string& b, const std::string& c) {
    std::snprintf(line.data(), line.size(), "  %-38s %18s %18s %18s\n", name, a.c_str(), b.c_str(),
                  c.c_str());
    text += line.data();
  };
  std::string text;
  add(text, "", "no attack", "attack, without", "attack, with");
  add(text, "", "no Sekimori", "Sekimori", "Sekimori");
  for (const auto& [name, cell] : rows) {
    add(text, name, cell(result.baseline), cell(result.without), cell(result.with));
  }
  text += "\n  What Sekimori dropped, and why:\n";
  auto drops = result.with.drops;
  std::ranges::sort(drops, std::ranges::greater{}, &PhaseResult::Drop::packets);
  for (const auto& drop : drops) {
    std::snprintf(line.data(), line.size(), "  %12s  %-20s %s\n", with_commas(drop.packets).c_str(),
                  drop.name.c_str(), drop.text.c_str());
    text += line.data();
  }
  if (drops.empty()) {
    text += "    nothing: every spoofed SYN was answered with a cookie and forgotten\n";
  }
  return text;
}

std::vector<Claim> claims(const DemoResult& result, const DemoOptions& options) {
  const double baseline_p99 = percentile(result.baseline.load.connect_ms, 99);
  const double with_p99 = percentile(result.with.load.connect_ms, 99);
  const auto least_flood = static_cast<std::uint64_t>(
      wanted_flood * options.flood_pps * static_cast<double>(options.load_duration.count()));
  return {
      {"both floods were as large as planned",
       result.without.syns_offered >= least_flood && result.with.syns_offered >= least_flood},
      {"without Sekimori the service fails",
       success_percent(result.without) < failing_success_percent},
      {"with Sekimori at least 99 % of the requests succeed",
       success_percent(result.with) >= wanted_success_percent},
      {"connecting takes at most 10 times as long as without an attack (p99, " +
           format("%.1f times)", baseline_p99 > 0 ? with_p99 / baseline_p99 : 0.0),
       with_p99 <= wanted_slowdown * baseline_p99},
      {"no spoofed SYN reaches the server", result.with.syns_reached_server == 0},
  };
}

void write_json(const std::filesystem::path& path, const DemoResult& result,
                const DemoOptions& options) {
  nlohmann::ordered_json json{
      {"port_driver", options.driver == lab::PortDriver::af_xdp ? "af_xdp" : "af_packet"},
      {"flood_pps", options.flood_pps},
      {"requests_per_s", options.requests_per_s},
      {"baseline", phase_json(result.baseline)},
      {"without", phase_json(result.without)},
      {"with", phase_json(result.with)},
  };
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
