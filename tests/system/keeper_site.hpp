#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/demo/http_load.hpp"
#include "tests/support/control.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/nginx.hpp"

namespace sekimori::lab {

/// Two tenants with a web server each behind a dataplane that a control plane watches.
class KeeperSite {
 public:
  static constexpr const char* victim = "10.77.1.1";
  static constexpr const char* neighbour = "10.77.1.2";

  /// What stands in front of the dataplane.
  enum class Front : std::uint8_t { nothing, simulated_card };

  /// `victim_policy` is appended to the victim's object.
  explicit KeeperSite(const std::string& victim_policy, Front front = Front::nothing);

  /// The policy that is in force, with other words for the victim.
  [[nodiscard]] static std::string policy(const std::string& victim_policy);

  [[nodiscard]] const Lab& lab() const { return lab_; }
  [[nodiscard]] Control& control() { return *control_; }
  [[nodiscard]] const Dataplane& dataplane() const { return *dataplane_; }

  /// The victim's newest incident, whole; null before the first.
  [[nodiscard]] nlohmann::ordered_json incident() const;
  /// Waits until the victim's newest incident has an action of this step in this state, and returns
  /// the incident; throws LabError with it when there is none in time.
  nlohmann::ordered_json wait_for(const std::string& step, const std::string& state,
                                  std::chrono::seconds at_most) const;
  /// Waits until the victim's newest incident has ended.
  nlohmann::ordered_json wait_for_end(std::chrono::seconds at_most) const;
  [[nodiscard]] std::uint64_t measures_in_force() const;

  /// One new connection and request; whether all of the answer came.
  [[nodiscard]] bool answers(const std::string& address) const;
  /// Requests to an address, from clients of their own, for as long as `while_busy` runs. Returns
  /// what came of them.
  demo::HttpLoadResult requests_while(const std::string& address,
                                      const std::function<void()>& while_busy) const;

 private:
  [[nodiscard]] nlohmann::ordered_json wait_for_incident(
      const std::function<bool(const nlohmann::ordered_json&)>& good, const std::string& what,
      std::chrono::seconds at_most) const;

  Lab lab_;
  std::unique_ptr<Nginx> nginx_;
  std::unique_ptr<VirtualCard> card_;
  std::unique_ptr<Dataplane> dataplane_;
  std::unique_ptr<Control> control_;
};

}  // namespace sekimori::lab
