#pragma once

#include <common/management.grpc.pb.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/measure.hpp"

namespace sekimori::lab {

/// What control would ask of a dataplane, over a connection of its own.
class ManagementClient {
 public:
  explicit ManagementClient(const std::string& socket_path);

  [[nodiscard]] grpc::Status get_status(management::Status& answer);
  [[nodiscard]] grpc::Status apply_policy(std::span<const std::byte> image);
  [[nodiscard]] grpc::Status set_measures(const management::Measures& measures);
  [[nodiscard]] grpc::Status set_measures(std::uint64_t revision,
                                          const std::vector<Measure>& measures);
  [[nodiscard]] grpc::Status set_cookie_keys(const management::CookieKeys& keys);

 private:
  std::unique_ptr<management::Dataplane::Stub> stub_;
};

/// The message for plain measures.
[[nodiscard]] management::Measures measures_message(std::uint64_t revision,
                                                    const std::vector<Measure>& measures);

}  // namespace sekimori::lab
