#pragma once

#include <string>
#include <vector>

#include "control/ladder/ladder.hpp"

namespace sekimori::test {

/// A destination under an attack of which a part is forged and a part comes from real sources, and
/// one ladder that judges it. What the ladder puts in force changes what passes.
struct LadderBed {
  LadderPolicy policy{.give_up = Permission::granted};
  DetectionPolicy detection;
  Vector vector = Vector::syn;
  double threshold = 1'000;
  double capacity = 0;
  double usual = 300;
  double forged = 1;      ///< part of the attack that authentication holds back
  double in_sources = 0;  ///< part of the rest that comes from few sources
  bool can_authenticate = true;
  std::string danger_text = {};  ///< while an attack is on and passes
  GiveUpTarget target{.address = Prefix::parse("192.0.2.10"), .fault = {}};

  /// One step of 100 ms with this attack on top of the usual load.
  void step(double attack);
  /// `seconds` of it.
  void run(double seconds, double attack);

  [[nodiscard]] LadderWish wish() const { return ladder.wish(ms); }
  /// The states that were passed through, without repetitions: "authenticate recovery normal".
  [[nodiscard]] std::string states() const;
  /// The actions as "authenticate:in-force", in order.
  [[nodiscard]] std::string actions() const;

  Ladder ladder{"server", Vector::syn};
  Incident incident;
  ActionHolders holders;
  std::uint64_t next_action = 1;
  std::uint64_t ms = 10'000;
  double offered = 0;
  double passed = 0;
  std::uint64_t above_since_ms = 0;
  std::vector<LadderState> path;
};

}  // namespace sekimori::test
