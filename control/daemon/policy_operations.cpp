#include <algorithm>
#include <filesystem>
#include <fstream>

#include "control/daemon/keeper_operations.hpp"
#include "control/transaction/policy_diff.hpp"
#include "control/transaction/shadow.hpp"

namespace sekimori {
namespace {

namespace fs = std::filesystem;
using Problems = tl::unexpected<Problem>;

Problem failed(const std::string& why) {
  return {.kind = ProblemKind::internal, .detail = why, .faults = {}};
}

std::vector<InputFault> faults_of(const Diagnostics& diagnostics) {
  std::vector<InputFault> faults;
  for (const Diagnostic& d : diagnostics.sorted()) {
    std::string rule = d.key + ": " + d.problem + " (" + d.rule + ")";
    if (!d.suggestion.empty()) rule += "; " + d.suggestion;
    faults.push_back({.place = "policy.toml:" + std::to_string(d.place.line) + ":" +
                               std::to_string(d.place.column),
                      .rule = std::move(rule)});
  }
  return faults;
}

Problem faulty(const Diagnostics& diagnostics) {
  return {.kind = ProblemKind::invalid,
          .detail = "the policy has faults, and nothing was changed",
          .faults = faults_of(diagnostics)};
}

Problem problem_of(const TransactionFault& fault) {
  switch (fault.kind) {
    case TransactionFaultKind::faulty_policy:
      if (fault.diagnostics) return faulty(*fault.diagnostics);
      return {.kind = ProblemKind::invalid, .detail = fault.detail, .faults = {}};
    case TransactionFaultKind::conflict:
      return {.kind = ProblemKind::conflict, .detail = fault.detail, .faults = {}};
    case TransactionFaultKind::not_found:
      return {.kind = ProblemKind::not_found, .detail = fault.detail, .faults = {}};
    case TransactionFaultKind::dataplane:
      return {.kind = ProblemKind::upstream_failed, .detail = fault.detail, .faults = {}};
    case TransactionFaultKind::store:
      break;
  }
  return failed(fault.detail);
}

std::string_view state_text(const PolicyVersion& version, std::uint64_t in_force) {
  switch (version.state) {
    case VersionState::pending:
    case VersionState::awaiting_confirmation:
      return "waiting-for-confirmation";
    case VersionState::committed:
      return version.number == in_force ? "in-force" : "replaced";
    case VersionState::rolled_back:
    case VersionState::failed:
      break;
  }
  return "rolled-back";
}

Json version_json(const PolicyVersion& version, std::uint64_t in_force) {
  const bool waits = version.state == VersionState::awaiting_confirmation;
  Json json{{"version", version.number},
            {"id", version.image_id},
            {"state", state_text(version, in_force)},
            {"person", version.author},
            {"comment", version.comment},
            {"committed_ms", version.committed_ms},
            {"confirm_by_ms",
             waits && version.confirm_by_ms ? Json(*version.confirm_by_ms) : Json(nullptr)},
            {"confirmed_by", version.confirmed_by}};
  if (!version.text.empty()) json["text"] = version.text;
  return json;
}

/// Sources that have proved themselves to the dataplane, each once.
std::vector<Address> known_good(const DataplaneView* view) {
  std::vector<Address> sources;
  if (view == nullptr) return sources;
  for (const SourceLoad& load : view->sources) sources.push_back(load.source);
  std::ranges::sort(sources);
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

/// A capture that was sent, as a file for as long as it is needed.
class CaptureFile {
 public:
  CaptureFile(const fs::path& folder, const std::string& bytes) {
    if (bytes.empty()) return;
    std::string name = (folder / "shadow-XXXXXX").string();
    const int file = mkstemp(name.data());
    if (file < 0) return;
    close(file);
    path_ = name;
    std::ofstream{path_, std::ios::binary} << bytes;
  }
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;
  ~CaptureFile() {
    if (!path_.empty()) fs::remove(path_);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

Operations::Result KeeperOperations::policy(const Caller&) {
  const auto version = keeper_.store().policies().in_force();
  if (!version) return Problems{failed(version.error())};
  if (!*version) {
    return Problems{
        {.kind = ProblemKind::not_found, .detail = "no policy was committed yet", .faults = {}}};
  }
  return version_json(**version, (*version)->number);
}

Operations::Result KeeperOperations::policy_versions(const Caller&,
                                                     std::optional<std::uint64_t> before,
                                                     std::uint32_t limit) {
  const auto versions = keeper_.store().policies().list(before, limit + std::size_t{1});
  if (!versions) return Problems{failed(versions.error())};
  const std::uint64_t in_force = keeper_.policy().version;
  Json list = Json::array();
  Json next;
  for (const PolicyVersion& version : *versions) {
    if (list.size() == limit) {
      next = list.back()["version"];
      break;
    }
    list.push_back(version_json(version, in_force));
  }
  return Json{{"versions", std::move(list)}, {"next", std::move(next)}};
}

Operations::Result KeeperOperations::policy_version(const Caller&, std::uint64_t number) {
  const auto version = keeper_.store().policies().get(number);
  if (!version) return Problems{failed(version.error())};
  if (!*version) {
    return Problems{{.kind = ProblemKind::not_found,
                     .detail = "there is no version " + std::to_string(number),
                     .faults = {}}};
  }
  return version_json(**version, keeper_.policy().version);
}

Operations::Result KeeperOperations::check_policy(const Caller&, const std::string& text) {
  const auto checked = sekimori::check_policy(text);
  Json faults = Json::array();
  if (checked) {
    const Policy& policy = checked->policy;
    return Json{{"valid", true},
                {"id", checked->image.id()},
                {"summary", std::to_string(policy.objects.size()) + " objects of " +
                                std::to_string(policy.tenants.size()) + " tenants"},
                {"faults", faults}};
  }
  for (const InputFault& fault : faults_of(checked.error())) {
    faults.push_back({{"place", fault.place}, {"rule", fault.rule}});
  }
  const std::string summary = std::to_string(faults.size()) + " faults";
  return Json{{"valid", false}, {"id", ""}, {"summary", summary}, {"faults", std::move(faults)}};
}

Operations::Result KeeperOperations::diff_policy(const Caller&, const std::string& text) {
  const auto candidate = sekimori::check_policy(text);
  if (!candidate) return Problems{faulty(candidate.error())};
  return diff_json(diff_policies(*keeper_.policy().policy, candidate->policy));
}

Operations::Result KeeperOperations::shadow_policy(const Caller& caller,
                                                   const ShadowRequest& request) {
  const auto candidate = sekimori::check_policy(request.text);
  if (!candidate) return Problems{faulty(candidate.error())};
  const CaptureFile capture{keeper_.folder().path(), request.capture};
  if (!request.capture.empty() && capture.path().empty()) {
    return Problems{failed("the capture cannot be kept in " + keeper_.folder().path().string())};
  }
  const std::vector<PacketSample> samples = keeper_.samples(request.last_s);
  const std::vector<Address> good =
      keeper_.with_watch([](const Watch&, const DataplaneView* view) { return known_good(view); });
  const fs::path programs = fs::read_symlink("/proc/self/exe").parent_path();
  const auto result =
      sekimori::shadow_policy(*keeper_.policy().policy, candidate->policy,
                              {.capture = capture.path(), .samples = samples, .known_good = good},
                              {.replay_program = (programs / "sekimori-replay").string(),
                               .work_folder = keeper_.folder().path().string(),
                               .limits = {}});
  note(caller, "policy.shadow", "a candidate", result ? "done" : result.error(), "");
  if (!result) {
    return Problems{{.kind = ProblemKind::upstream_failed, .detail = result.error(), .faults = {}}};
  }
  return shadow_json(*result);
}

Operations::Result KeeperOperations::commit_policy(const Caller& caller,
                                                   const CommitRequest& request) {
  const auto version =
      desk_.commit(request.text, {caller.person, std::string{name_of(caller.duty)}},
                   request.comment, request.confirm_within_s);
  if (!version) return Problems{problem_of(version.error())};
  return version_json(*version, keeper_.policy().version);
}

Operations::Result KeeperOperations::confirm_policy(const Caller& caller, std::uint64_t number) {
  const auto version = desk_.confirm(number, {caller.person, std::string{name_of(caller.duty)}});
  if (!version) return Problems{problem_of(version.error())};
  return version_json(*version, keeper_.policy().version);
}

Operations::Result KeeperOperations::rollback_policy(const Caller& caller, std::uint64_t number) {
  const auto version = desk_.rollback(number, {caller.person, std::string{name_of(caller.duty)}});
  if (!version) return Problems{problem_of(version.error())};
  return version_json(*version, keeper_.policy().version);
}

}  // namespace sekimori
