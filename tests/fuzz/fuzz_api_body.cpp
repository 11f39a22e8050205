// Every operation that takes a body, with any body. The first byte chooses the operation.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/api/api.hpp"
#include "tests/fuzz/api_answer_check.hpp"
#include "tests/support/fake_operations.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::vector<const sekimori::Route*> with_body = [] {
    std::vector<const sekimori::Route*> found;
    for (const sekimori::Route& route : sekimori::routes()) {
      if (!route.request.empty()) found.push_back(&route);
    }
    return found;
  }();
  const sekimori::Route* route = with_body[data[0] % with_body.size()];
  const std::string body{reinterpret_cast<const char*>(data) + 1, size - 1};
  std::string target{route->path};
  if (const std::size_t at = target.find("{id}"); at != std::string::npos) {
    target.erase(at, 3);
    target[at] = '7';
  }
  const sekimori::RequestHead head{.method = std::string{route->method},
                                   .target = target,
                                   .accept = "",
                                   .content_type = "application/json",
                                   .content_encoding = "",
                                   .transfer_encoding = "",
                                   .content_length = std::to_string(body.size())};
  const sekimori::Caller caller{
      .person = "fuzz", .duty = sekimori::Duty::approver, .serial = "", .address = ""};
  sekimori::test::FakeOperations operations;
  const sekimori::Api api{operations};
  auto admitted = api.admit(head, caller);
  if (!admitted) {
    sekimori::test::check_answer(route, api.refuse(admitted.error(), head, caller));
    return 0;
  }
  sekimori::test::check_answer(route, api.answer(std::move(*admitted), body, head, caller));
  return 0;
}
