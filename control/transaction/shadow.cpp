#include "control/transaction/shadow.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <system_error>

#include "control/compile/compile.hpp"
#include "control/store/new_file.hpp"
#include "control/transaction/sample_capture.hpp"

namespace sekimori {
namespace {

/// A folder for the two replays, readable by nobody else and removed at the end.
class WorkFolder {
 public:
  static tl::expected<WorkFolder, std::string> make(const std::string& parent) {
    std::string path = parent + "/shadow-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      return tl::unexpected{parent + ": no folder can be made in it"};
    }
    return WorkFolder{std::move(path)};
  }
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + '/' + name; }

 private:
  explicit WorkFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

tl::expected<void, std::string> write_new(const std::string& path, std::string_view content) {
  try {
    NewFile file{path};
    file.write(content);
    file.complete();
    return {};
  } catch (const std::exception& fault) {
    return tl::unexpected<std::string>{fault.what()};
  }
}

/// The image of a policy whose tables have room for what a capture may bring, and no more: the
/// machine's memory belongs to the running dataplane.
tl::expected<PolicyImage, std::string> image_for_replay(Policy policy) {
  constexpr std::uint32_t enough = 1U << 18;
  TablePolicy& tables = policy.tables;
  for (std::uint32_t* entries : {&tables.flows, &tables.handshakes, &tables.hold_segments,
                                 &tables.sources, &tables.backends}) {
    *entries = std::min(*entries, enough);
  }
  return compile_policy(policy);
}

/// What became of the packets of one object, or of one source at one object.
struct Fates {
  double packets = 0;
  double dropped = 0;
  std::map<std::string, double> reasons;

  void add(const Json& entry) {
    const double count = entry.at("packets").get<double>();
    packets += count;
    if (entry.at("verdict") != "drop") return;
    dropped += count;
    reasons[entry.at("reason").get<std::string>()] += count;
  }

  [[nodiscard]] std::vector<Share> shares() const {
    std::vector<Share> result;
    for (const auto& [reason, count] : reasons) {
      result.push_back({.what = reason, .share = dropped > 0 ? count / dropped : 0});
    }
    std::ranges::stable_sort(result, std::ranges::greater{}, &Share::share);
    return result;
  }
};

struct Replayed {
  double seconds = 0;
  std::uint64_t packets = 0;
  std::uint64_t cut = 0;
  std::map<std::string, Fates> by_object;
  /// By object and source, known-good ones only.
  std::map<std::pair<std::string, std::string>, Fates> by_source;
};

tl::expected<Replayed, std::string> read_report(const std::string& text) {
  try {
    const Json report = Json::parse(text);
    Replayed replayed{.seconds = report.at("duration_s").get<double>(),
                      .packets = report.at("packets_in").get<std::uint64_t>(),
                      .cut = report.at("packets_cut").get<std::uint64_t>(),
                      .by_object = {},
                      .by_source = {}};
    for (const Json& entry : report.at("tally")) {
      const auto object = entry.at("object").get<std::string>();
      const auto source = entry.at("source").get<std::string>();
      replayed.by_object[object].add(entry);
      if (!source.empty()) replayed.by_source[{object, source}].add(entry);
    }
    return replayed;
  } catch (const Json::exception& fault) {
    return tl::unexpected{"sekimori-replay printed what is no report: " +
                          std::string{fault.what()}};
  }
}

tl::expected<Replayed, std::string> replay(const Policy& policy, const std::string& image_path,
                                           const std::vector<std::string>& inputs,
                                           const ShadowTools& tools) {
  const auto image = image_for_replay(policy);
  if (!image) return tl::unexpected{image.error()};
  const auto bytes = image->bytes();
  const auto written_file =
      write_new(image_path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!written_file) return tl::unexpected{written_file.error()};
  // The same seed for both, so that the same packets meet the same cookies.
  std::vector<std::string> arguments{"--policy", image_path, "--json", "--seed", "1"};
  arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  const auto child = run_child(tools.replay_program, arguments, tools.limits);
  if (!child) return tl::unexpected{child.error()};
  if (child->status != 0) {
    return tl::unexpected{"sekimori-replay ended with " + std::to_string(child->status) + ": " +
                          child->errors};
  }
  return read_report(child->output);
}

const std::string& tenant_of(const Policy& policy, const std::string& object) {
  static const std::string nobody;
  const auto found =
      std::ranges::find(policy.objects, object,
                        [](const ObjectPolicy& o) -> const std::string& { return o.name.value; });
  return found == policy.objects.end() ? nobody : found->tenant.value;
}

void compare_objects(const Replayed& before, const Replayed& after, const Policy& candidate,
                     ShadowResult& result) {
  static const Fates none;
  auto names = before.by_object;
  names.insert(after.by_object.begin(), after.by_object.end());
  const auto fates = [](const Replayed& replayed, const std::string& object) -> const Fates& {
    const auto found = replayed.by_object.find(object);
    return found == replayed.by_object.end() ? none : found->second;
  };
  for (const auto& [object, unused] : names) {
    const Fates& b = fates(before, object);
    const Fates& a = fates(after, object);
    if (b.packets == a.packets && b.dropped == a.dropped) continue;
    result.objects.push_back({.object = object,
                              .tenant = {},
                              .packets = std::max(b.packets, a.packets),
                              .dropped_before = b.dropped,
                              .dropped_after = a.dropped,
                              .reasons = a.shares()});
  }
  std::ranges::stable_sort(result.objects, std::ranges::greater{}, [](const ShadowObject& o) {
    return std::abs(o.dropped_after - o.dropped_before);
  });
  if (result.objects.size() > ShadowResult::max_listed) {
    result.objects.resize(ShadowResult::max_listed);
    result.notes.emplace_back("More objects change than are listed.");
  }
  for (ShadowObject& object : result.objects) object.tenant = tenant_of(candidate, object.object);
}

void compare_sources(const Replayed& before, const Replayed& after, ShadowResult& result) {
  // An object may have another name in the candidate, so what a source lost before counts over all.
  std::map<std::string, double> dropped_before;
  for (const auto& [key, fates] : before.by_source) dropped_before[key.second] += fates.dropped;
  std::map<std::string, double> dropped_after;
  for (const auto& [key, fates] : after.by_source) dropped_after[key.second] += fates.dropped;
  for (const auto& [key, fates] : after.by_source) {
    const auto& [object, source] = key;
    if (fates.dropped == 0 || dropped_after[source] <= dropped_before[source]) continue;
    result.known_good.push_back({.source = source,
                                 .object = object,
                                 .packets = fates.packets,
                                 .dropped = fates.dropped,
                                 .reason = fates.shares().front().what});
  }
  std::ranges::stable_sort(result.known_good, std::ranges::greater{}, &ShadowSource::dropped);
  if (result.known_good.size() > ShadowResult::max_listed) {
    result.known_good.resize(ShadowResult::max_listed);
    result.notes.emplace_back("More known-good sources lose packets than are listed.");
  }
}

/// Each sample stands for several packets.
void scale(ShadowResult& result, std::span<const PacketSample> samples) {
  double stood_for = 0;
  for (const PacketSample& sample : samples) stood_for += sample.weight;
  const double factor = samples.empty() ? 1 : stood_for / static_cast<double>(samples.size());
  result.packets = static_cast<std::uint64_t>(std::llround(stood_for));
  for (ShadowObject& object : result.objects) {
    object.packets *= factor;
    object.dropped_before *= factor;
    object.dropped_after *= factor;
  }
  for (ShadowSource& source : result.known_good) {
    source.packets *= factor;
    source.dropped *= factor;
  }
  result.notes.insert(
      result.notes.end(),
      {"Only samples were replayed, each for about " + std::to_string(std::llround(factor)) +
           " packets: limits (object.limit, new_connections, box.reply_limit) do not take hold on "
           "them, and sources with few packets may not be among them.",
       "Of a sample only the beginning is known; the rest was replayed as zeros."});
}

void add_notes(const Replayed& replayed, ShadowResult& result) {
  result.notes.emplace_back(
      "Connections that were open before the traffic begins, and cookies of the running dataplane, "
      "are unknown to both replays.");
  if (replayed.packets == 0) result.notes.emplace_back("There was no packet to replay.");
  if (replayed.cut > 0) {
    result.notes.push_back(std::to_string(replayed.cut) +
                           " packets of the capture were not captured whole and count as invalid "
                           "under both policies.");
  }
}

}  // namespace

tl::expected<ShadowResult, std::string> shadow_policy(const Policy& present,
                                                      const Policy& candidate,
                                                      const ShadowTraffic& traffic,
                                                      const ShadowTools& tools) {
  const auto folder = WorkFolder::make(tools.work_folder);
  if (!folder) return tl::unexpected{folder.error()};
  const bool from_capture = !traffic.capture.empty();
  const std::string capture = from_capture ? traffic.capture : folder->file("samples.pcap");
  if (!from_capture) {
    const auto done = write_new(capture, sample_capture(traffic.samples));
    if (!done) return tl::unexpected{done.error()};
  }
  std::string sources;
  for (const Address& source : traffic.known_good) sources += source.to_string() + '\n';
  if (auto done = write_new(folder->file("sources"), sources); !done) {
    return tl::unexpected{done.error()};
  }
  const std::vector<std::string> inputs{"--outside", capture, "--sources", folder->file("sources")};
  const auto before = replay(present, folder->file("present.image"), inputs, tools);
  if (!before) return tl::unexpected{before.error()};
  const auto after = replay(candidate, folder->file("candidate.image"), inputs, tools);
  if (!after) return tl::unexpected{after.error()};

  ShadowResult result{.from_capture = from_capture,
                      .seconds = after->seconds,
                      .packets = after->packets,
                      .objects = {},
                      .known_good = {},
                      .notes = {}};
  compare_objects(*before, *after, candidate, result);
  compare_sources(*before, *after, result);
  if (!from_capture) scale(result, traffic.samples);
  add_notes(*after, result);
  return result;
}

}  // namespace sekimori
