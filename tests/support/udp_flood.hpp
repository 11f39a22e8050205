#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/support/lab.hpp"

namespace sekimori::lab {

/// Small UDP datagrams from the lab's client to one address at a steady rate. UDP proves no source,
/// so for whoever watches they are as good as forged. Ends with the object, or when the time is
/// over.
class UdpFlood {
 public:
  UdpFlood(const Lab& lab, const std::string& target, std::uint32_t rate_pps,
           std::chrono::seconds at_most);
  UdpFlood(const UdpFlood&) = delete;
  UdpFlood& operator=(const UdpFlood&) = delete;
  ~UdpFlood() = default;

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  void stop();

 private:
  std::atomic<std::uint64_t> sent_{0};
  std::jthread thread_;
};

}  // namespace sekimori::lab
