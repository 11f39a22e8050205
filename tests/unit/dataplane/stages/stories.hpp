#pragma once

#include <string>
#include <vector>

#include "dataplane/stages/classify.hpp"
#include "dataplane/stages/icmp_errors.hpp"
#include "dataplane/stages/meters.hpp"
#include "dataplane/stages/server_handshake.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/splice.hpp"
#include "dataplane/stages/tcp.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {

// What stories about TCP begin with: one client and one server, each with its direction.

inline const std::string to_server = "198.51.100.7:4000 > 192.0.2.10:80 ";
inline const std::string to_client = "192.0.2.10:80 > 198.51.100.7:4000 ";

/// A worker with the stages that decide about TCP, and their timers.
inline TestWorker tcp_worker(const TestPolicy& policy) {
  return {policy,
          {classify, apply_source_lists, handle_tcp, translate_icmp_errors, meter},
          [](StageContext& context) {
            run_handshake_timers(context, 1024);
            expire_flows(context, 1024);
          }};
}

/// The client's SYN and its ACK, which becomes the SYN to the server.
inline std::vector<Step> client_handshake() {
  return {{.outside = to_server + "tcp [S] seq=1000 win=64240 mss=1460 nop nop sackok nop ws=9",
           .becomes = "reply " + to_client +
                      "tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 nop nop sackok nop ws=7"},
          {.at_ms = 10,
           .outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=100",
           .becomes = "forward " + to_server +
                      "tcp [S] seq=1000 win=51200 mss=1460 nop ws=9 sackok nop nop"}};
}

/// The server's SYN-ACK and our answer.
inline Step server_answer() {
  return {.at_ms = 20,
          .inside = to_client +
                    "tcp [S.] seq=5000000 ack=1001 win=65160 mss=1460 nop nop sackok nop ws=7",
          .becomes = "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=100"};
}

inline std::vector<Step> joined(std::vector<Step> first, const std::vector<Step>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

/// Both handshakes, and then `more`.
inline std::vector<Step> spliced_and(const std::vector<Step>& more) {
  return joined(joined(client_handshake(), {server_answer()}), more);
}

}  // namespace sekimori::test
