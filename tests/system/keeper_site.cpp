#include "tests/system/keeper_site.hpp"

#include <thread>

#include "tests/demo/site.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/http.hpp"

namespace sekimori::lab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds request_patience{3'000};
/// Clients of `requests_while`, so that the tests' own addresses are not among them.
constexpr int first_client = 101;
constexpr int client_count = 4;

std::string tenant_and_object(const std::string& name, const std::string& address,
                              const std::string& more) {
  return "[[tenant]]\nname = \"" + name + "\"\n\n[[object]]\nname = \"" + name +
         "-web\"\ntenant = \"" + name + "\"\nprefixes = [\"" + address + "\"]\n" + more + "\n";
}

}  // namespace

std::string KeeperSite::policy(const std::string& victim_policy) {
  return "[box]\nmanagement = [\"10.77.0.250\"]\n\n"
         "[detection]\nstep_after = \"1s\"\ncalm_after = \"2s\"\ngive_up_for = \"10s\"\nprobe = "
         "\"2s\"\n\n" +
         tenant_and_object("victim", victim, victim_policy) +
         tenant_and_object("neighbour", neighbour,
                           "  [object.threshold]\n  packets = \"5k\"\n  syn = 500\n");
}

KeeperSite::KeeperSite(const std::string& victim_policy, Front front) {
  demo::add_tenants(lab_, 2);
  nginx_ = std::make_unique<Nginx>(
      lab_.server(), lab_.run().directory(),
      Nginx::Options{.ipv4 = Lab::server_ipv4, .more_ipv4 = {victim, neighbour}});
  if (front == Front::simulated_card) card_ = std::make_unique<VirtualCard>(lab_);
  dataplane_ = std::make_unique<Dataplane>(lab_, policy(victim_policy),
                                           DataplaneOptions{.managed = true, .card = card_.get()});
  control_ = std::make_unique<Control>(lab_);
  control_->commit(policy(victim_policy));
}

Json KeeperSite::incident() const {
  const Json list = control_->ask({"incident", "list"});
  for (const Json& summary : list["incidents"]) {
    if (summary["subject"]["name"] != "victim-web") continue;
    return control_->ask({"incident", "show", std::to_string(summary["id"].get<std::uint64_t>())});
  }
  return {};
}

Json KeeperSite::wait_for_incident(const std::function<bool(const Json&)>& good,
                                   const std::string& what, std::chrono::seconds at_most) const {
  Json last;
  if (!wait_until(at_most, [&] {
        last = incident();
        return !last.is_null() && good(last);
      })) {
    throw LabError("no incident " + what + " within " + std::to_string(at_most.count()) +
                   " s; the last one: " + last.dump(2) + "\n" + control_->process().output());
  }
  return last;
}

Json KeeperSite::wait_for(const std::string& step, const std::string& state,
                          std::chrono::seconds at_most) const {
  const auto has_action = [&](const Json& incident) {
    for (const Json& action : incident["actions"]) {
      if (action["step"] == step && action["state"] == state) return true;
    }
    return false;
  };
  return wait_for_incident(has_action, "with step " + step + " " + state, at_most);
}

Json KeeperSite::wait_for_end(std::chrono::seconds at_most) const {
  return wait_for_incident([](const Json& incident) { return !incident["ended_ms"].is_null(); },
                           "that has ended", at_most);
}

std::uint64_t KeeperSite::measures_in_force() const {
  return control_->ask({"status"})["measures_in_force"].get<std::uint64_t>();
}

bool KeeperSite::answers(const std::string& address) const {
  return http_get(lab_.client(), {address, 80}, "/", request_patience).status == 200;
}

demo::HttpLoadResult KeeperSite::requests_while(const std::string& address,
                                                const std::function<void()>& while_busy) const {
  const demo::HttpLoadOptions load{.servers = {{address, 80}},
                                   .clients = demo::add_clients(lab_, first_client, client_count),
                                   .requests_per_s = 20,
                                   .duration = std::chrono::seconds{60}};
  demo::HttpLoadResult result;
  std::jthread clients{[&](const std::stop_token& stop) {
    result = demo::offer_http_load(lab_.client(), load,
                                   [&](const auto&) { return !stop.stop_requested(); });
  }};
  while_busy();
  clients.request_stop();
  clients.join();
  return result;
}

}  // namespace sekimori::lab
