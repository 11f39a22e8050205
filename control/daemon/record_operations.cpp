// Notices and the audit.

#include <spdlog/spdlog.h>

#include <future>

#include "control/daemon/keeper_operations.hpp"

namespace sekimori {
namespace {

using Problems = tl::unexpected<Problem>;

Problem failed(const std::string& why) {
  return {.kind = ProblemKind::internal, .detail = why, .faults = {}};
}

Json entry_json(const AuditEntry& entry) {
  const AuditEvent& event = entry.event;
  std::string detail = event.target;
  for (const std::string* part : {&event.result, &event.detail}) {
    if (!part->empty()) detail += (detail.empty() ? "" : "; ") + *part;
  }
  return {{"sequence", entry.sequence},
          {"at_ms", event.at_ms},
          {"person", event.person},
          {"duty", event.duty},
          {"what", event.what},
          {"detail", detail},
          {"hash", audit_hash_text(entry.hash)}};
}

}  // namespace

tl::expected<std::vector<Delivery>, Problem> KeeperOperations::notices(
    const Caller&, const DeliveryFilter& filter) {
  auto list = keeper_.store().deliveries().list(filter);
  if (!list) return Problems{failed(list.error())};
  return std::move(*list);
}

Operations::Result KeeperOperations::test_notice(const Caller& caller, const std::string& tenant) {
  const std::vector<TestResult> results = keeper_.notifier().test(tenant).get();
  note(caller, "notice.test", tenant.empty() ? "the operators" : "tenant " + tenant,
       std::to_string(results.size()) + " contacts", "");
  if (results.empty()) {
    return Problems{{.kind = ProblemKind::not_found,
                     .detail = tenant.empty()
                                   ? "the operators have no contacts"
                                   : "there is no tenant \"" + tenant + "\", or it has no contacts",
                     .faults = {}}};
  }
  Json list = Json::array();
  for (const TestResult& result : results) {
    list.push_back({{"channel", channel_names[static_cast<std::size_t>(result.recipient.channel)]},
                    {"address", result.recipient.address},
                    {"delivered", result.delivered},
                    {"result", result.words}});
  }
  return Json{{"results", std::move(list)}};
}

Operations::Result KeeperOperations::audit(const Caller&, const AuditFilter& filter) {
  const auto entries = keeper_.store().audit().list(filter.from, filter.limit + std::size_t{1});
  if (!entries) return Problems{failed(entries.error())};
  Json list = Json::array();
  Json next;
  for (const AuditEntry& entry : *entries) {
    if (list.size() == filter.limit) {
      next = entry.sequence;
      break;
    }
    list.push_back(entry_json(entry));
  }
  return Json{{"entries", std::move(list)}, {"next", std::move(next)}};
}

Operations::Result KeeperOperations::verify_audit(const Caller& caller) {
  const auto verdict = keeper_.store().audit().verify();
  if (!verdict) return Problems{failed(verdict.error())};
  note(caller, "audit.verify", "the audit", verdict->first_broken ? verdict->detail : "intact", "");
  return Json{{"intact", !verdict->first_broken.has_value()},
              {"entries", verdict->checked},
              {"last_hash", audit_hash_text(verdict->last.hash)},
              {"first_fault", verdict->first_broken ? Json(*verdict->first_broken) : Json(nullptr)},
              {"detail", verdict->detail}};
}

void KeeperOperations::note_refusal(const Caller& caller, std::string_view method,
                                    std::string_view path, const Problem& problem) {
  note(caller, "request.refused", std::string{method} + " " + std::string{path}, problem.detail,
       caller.address);
}

AuditEvent KeeperOperations::event(const Caller& caller, const std::string& what,
                                   const std::string& target, const std::string& result,
                                   const std::string& detail) {
  return {.at_ms = read_clock().unix_ms(),
          .person = caller.person,
          .duty = std::string{name_of(caller.duty)},
          .what = what,
          .target = target,
          .result = result,
          .detail = detail};
}

void KeeperOperations::note(const Caller& caller, const std::string& what,
                            const std::string& target, const std::string& result,
                            const std::string& detail) {
  const auto noted = keeper_.store().audit().append(event(caller, what, target, result, detail));
  if (!noted) {
    spdlog::error("the audit takes no entry of {} by {}: {}", what, caller.person, noted.error());
  }
}

}  // namespace sekimori
