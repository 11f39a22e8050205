#pragma once

#include <memory>
#include <string>

namespace sekimori::test {

/// Answers on a management socket as a dataplane does, and has no packets: it takes every policy
/// that loads, and keeps nothing else. Until it is destroyed.
class StandInDataplane {
 public:
  explicit StandInDataplane(const std::string& socket_path);
  StandInDataplane(const StandInDataplane&) = delete;
  StandInDataplane& operator=(const StandInDataplane&) = delete;
  ~StandInDataplane();

 private:
  class Service;
  std::unique_ptr<Service> service_;
};

}  // namespace sekimori::test
