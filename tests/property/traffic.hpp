#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "dataplane/packet/parse.hpp"
#include "tests/support/random_frames.hpp"

namespace sekimori::test {

/// Clients, servers and attackers around a box: floods of SYNs, of ACKs and of everything else,
/// and connections whose ends answer what they hear, mostly as they should.
class Traffic {
 public:
  struct Event {
    Side from = Side::outside;
    Bytes bytes{};
    ChecksumHint hint = ChecksumHint::verify;
    std::uint64_t wait_ms = 0;  ///< that pass before, after which the timers run
    bool alone = false;         ///< no part of a burst with others
  };

  /// What happens next, which depends on the seed and on what was heard.
  [[nodiscard]] std::vector<Event> next(std::uint32_t seed);
  /// A frame arrives at the stations of one side.
  void hear(Side at, const Bytes& frame);

 private:
  [[nodiscard]] std::string from_outside(Random& random, std::uint32_t kind) const;
  [[nodiscard]] std::string from_inside(Random& random, std::uint32_t kind) const;
  [[nodiscard]] std::string answer(Random& random, const std::deque<Headers>& heard) const;
  [[nodiscard]] Event event_of(Random& random, std::uint32_t kind) const;

  Side side_ = Side::outside;
  std::deque<Headers> heard_outside_;
  std::deque<Headers> heard_inside_;
  std::deque<Event> past_;
};

}  // namespace sekimori::test
