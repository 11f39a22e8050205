// Whatever a client sends, the API gives an answer that its own description allows. The input's
// first lines are method, target, Accept, Content-Type, Content-Length and the caller's duty; all
// behind them is the body.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "control/api/api.hpp"
#include "tests/fuzz/api_answer_check.hpp"
#include "tests/support/fake_operations.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  std::array<std::string, 6> lines;
  for (std::string& line : lines) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  sekimori::RequestHead head{.method = lines[0],
                             .target = lines[1],
                             .accept = lines[2],
                             .content_type = lines[3],
                             .content_encoding = "",
                             .transfer_encoding = "",
                             .content_length = {}};
  // "=" stands for the body's own length, so that a search need not find it.
  if (lines[4] == "=") {
    head.content_length = std::to_string(rest.size());
  } else if (!lines[4].empty()) {
    head.content_length = lines[4];
  }
  sekimori::test::FakeOperations operations;
  const sekimori::Api api{operations};
  const sekimori::Caller caller{
      .person = "fuzz",
      .duty = sekimori::duty_of(lines[5]).value_or(sekimori::Duty::approver),
      .serial = "0a",
      .address = "127.0.0.1"};
  auto admitted = api.admit(head, caller);
  if (!admitted) {
    sekimori::test::check_answer(nullptr, api.refuse(admitted.error(), head, caller));
    return 0;
  }
  const sekimori::Route* route = admitted->route;
  if (admitted->body_bytes > route->max_body_bytes) std::abort();
  // No more of a body is read than its head says.
  const std::string_view body = rest.substr(0, admitted->body_bytes);
  sekimori::test::check_answer(route, api.answer(std::move(*admitted), body, head, caller));
  return 0;
}
