#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/cookie_keys.hpp"
#include "control/model/measure.hpp"

namespace sekimori {

/// What the dataplane says of itself; see `Status` in common/management.proto.
struct DataplaneStatus {
  std::string instance;
  std::string version;
  std::uint64_t process_id = 0;
  std::uint64_t started_unix_ns = 0;
  std::string policy_id;
  std::uint64_t policy_generation = 0;
  std::uint64_t measures_revision = 0;
  std::uint32_t measures_in_force = 0;
  std::uint64_t last_cookie_slot = 0;
};

/// Calls a dataplane through its management socket. Every call has a deadline, so a dataplane that
/// hangs holds nobody up for longer. Not for use by several threads at once.
class DataplaneClient {
 public:
  /// Connects when the first call is made, and again whenever the dataplane was restarted.
  explicit DataplaneClient(const std::string& socket_path);
  DataplaneClient(const DataplaneClient&) = delete;
  DataplaneClient& operator=(const DataplaneClient&) = delete;
  ~DataplaneClient();

  // Errors name the call, what the dataplane said and, if it was not reached, the socket.

  tl::expected<DataplaneStatus, std::string> status();
  /// Puts a policy image in force; returns its identifier.
  tl::expected<std::string, std::string> apply_policy(std::span<const std::byte> image);
  /// Replaces the whole set of measures.
  tl::expected<void, std::string> set_measures(std::uint64_t revision,
                                               std::span<const Measure> measures);

  struct SlotKey {
    std::uint64_t slot = 0;
    SipKey key;
  };
  /// Hands over keys of slots to come.
  tl::expected<void, std::string> set_cookie_keys(std::span<const SlotKey> keys);

 private:
  struct Connection;

  std::string socket_path_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace sekimori
