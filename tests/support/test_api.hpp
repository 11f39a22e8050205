#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "control/api/server.hpp"
#include "control/pki/authority.hpp"
#include "tests/support/replay_program.hpp"
#include "tests/support/tls_client.hpp"

namespace sekimori::test {

/// An authority in a folder of its own, with a server's certificate for 127.0.0.1 and persons
/// "viewer", "operator" and "approver" of these duties.
class TestAuthority {
 public:
  TestAuthority();

  [[nodiscard]] const AuthorityFiles& files() const { return files_; }
  [[nodiscard]] ClientFiles person(std::string_view name) const;
  /// A certificate of this authority that expired a day ago.
  [[nodiscard]] ClientFiles expired_person() const;

 private:
  TemporaryFolder folder_;
  AuthorityFiles files_{folder_.path() / "pki"};
};

/// One request on a connection of its own; status 0 if no answer came.
[[nodiscard]] HttpAnswer ask(std::uint16_t port, const ClientFiles& client,
                             const std::string& request);

/// A request as its bytes. A body gets its length and type unless `headers` gives them.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target,
                                       std::string_view body = "",
                                       const std::map<std::string, std::string>& headers = {});

}  // namespace sekimori::test
