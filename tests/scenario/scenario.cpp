#include "tests/scenario/scenario.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "common/clock.hpp"
#include "dataplane/replay/capture_file.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori::test {
namespace {

/// When every scenario starts: the first second of a cookie slot.
constexpr std::uint64_t start_ns = 1'700'000'000ULL * ns_per_s;

/// "1.0005" as nanoseconds, without the detour over a double.
std::uint64_t parse_time(const std::string& text) {
  const auto point = text.find('.');
  std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
  fraction.resize(9, '0');
  return std::stoull(text.substr(0, point)) * ns_per_s + std::stoull(fraction);
}

std::string format_time(std::uint64_t time_ns) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%llu.%09llu",
                static_cast<unsigned long long>(time_ns / ns_per_s),
                static_cast<unsigned long long>(time_ns % ns_per_s));
  std::string result{text.data()};
  // Milliseconds are always shown, more only where there is more.
  while (result.ends_with('0') && result.size() - result.find('.') > 4) result.pop_back();
  return result;
}

Side parse_side(const std::string& text) {
  if (text == "outside") return Side::outside;
  if (text == "inside") return Side::inside;
  throw std::runtime_error{"'" + text + "' is neither 'outside' nor 'inside'"};
}

std::vector<SentPacket> read_capture(const std::filesystem::path& path) {
  auto reader = CaptureReader::open(path.string());
  if (!reader) throw std::runtime_error{reader.error()};
  std::vector<SentPacket> packets;
  for (; reader->front(); reader->next()) {
    const auto bytes = reader->front()->bytes;
    packets.push_back({.time_ns = reader->front()->unix_ns - start_ns,
                       .bytes = Bytes(bytes.begin(), bytes.end())});
  }
  if (!reader->fault().empty()) throw std::runtime_error{reader->fault()};
  return packets;
}

}  // namespace

Scenario::Scenario(std::filesystem::path folder)
    : folder_(std::move(folder)),
      in_(read("in.txt", true)),
      to_outside_(read("to_outside.txt", false)),
      to_inside_(read("to_inside.txt", false)) {
  if (in_.empty()) throw std::runtime_error{(folder_ / "in.txt").string() + ": no packets"};
}

std::vector<ScenarioLine> Scenario::read(const std::string& name, bool with_side) const {
  std::ifstream file{folder_ / name};
  std::vector<ScenarioLine> lines;
  std::vector<std::string> comments;
  std::string text;
  for (std::size_t number = 1; std::getline(file, text); ++number) {
    if (text.empty() || text.front() == '#') {
      comments.push_back(text);
      continue;
    }
    ScenarioLine line;
    line.comments.swap(comments);
    line.number = number;
    std::istringstream words{text};
    std::string word;
    try {
      words >> word;
      line.time_ns = parse_time(word);
      if (with_side) {
        words >> word;
        line.side = parse_side(word);
      }
    } catch (const std::exception& error) {
      throw std::runtime_error{(folder_ / name).string() + ":" + std::to_string(number) + ": " +
                               error.what()};
    }
    std::getline(words >> std::ws, line.text);
    lines.push_back(std::move(line));
  }
  return lines;
}

Outcome Scenario::replay(std::size_t packets) const {
  const TemporaryFolder work;
  std::array<std::filesystem::path, 2> paths{work.path() / "outside.pcap",
                                             work.path() / "inside.pcap"};
  {
    std::array<tl::expected<CaptureWriter, std::string>, 2> writers{
        CaptureWriter::create(paths[0].string()), CaptureWriter::create(paths[1].string())};
    for (const ScenarioLine& line : std::span{in_}.first(packets)) {
      const auto text = substitute(line.text, bindings_).value();
      const auto bytes = encode_packet(text, opposite(line.side));
      if (!bytes) {
        throw std::runtime_error{(folder_ / "in.txt").string() + ":" + std::to_string(line.number) +
                                 ": " + bytes.error()};
      }
      writers[static_cast<std::size_t>(line.side)]->write(start_ns + line.time_ns, *bytes);
    }
  }
  const auto to_outside = work.path() / "to_outside.pcap";
  const auto to_inside = work.path() / "to_inside.pcap";
  const ProgramResult result =
      run_replay({"--policy", (folder_ / "policy.toml").string(), "--outside", paths[0].string(),
                  "--inside", paths[1].string(), "--to-outside", to_outside.string(), "--to-inside",
                  to_inside.string(), "--seed", "1", "--json"});
  if (result.status != 0) {
    throw std::runtime_error{"sekimori-replay ended with status " + std::to_string(result.status) +
                             ": " + result.errors};
  }
  return {.to_outside = read_capture(to_outside),
          .to_inside = read_capture(to_inside),
          .report = nlohmann::ordered_json::parse(result.output)};
}

/// Packets may refer to numbers that packets of ours carry, a cookie above all. So the packets up
/// to the first unknown number are replayed, what was sent gives the number, and again from the
/// start until all are known.
void Scenario::run() {
  for (;;) {
    std::size_t ready = 0;
    while (ready < in_.size() && substitute(in_[ready].text, bindings_)) ++ready;
    const std::size_t known = bindings_.size();
    outcome_ = replay(ready);
    bind(to_outside_, outcome_.to_outside, Side::outside);
    bind(to_inside_, outcome_.to_inside, Side::inside);
    if (ready == in_.size()) return;
    if (bindings_.size() > known) continue;
    std::string sent;
    for (const auto& packet : outcome_.to_outside) {
      sent += "\n  to outside " + describe(packet, Side::outside);
    }
    for (const auto& packet : outcome_.to_inside) {
      sent += "\n  to inside " + describe(packet, Side::inside);
    }
    throw std::runtime_error{
        (folder_ / "in.txt").string() + ":" + std::to_string(in_[ready].number) +
        ": no packet that was sent before gives the name a value; sent were" + sent};
  }
}

void Scenario::bind(const std::vector<ScenarioLine>& expected, const std::vector<SentPacket>& sent,
                    Side toward) {
  for (std::size_t i = 0; i < std::min(expected.size(), sent.size()); ++i) {
    // A replay that ends early also sends what its timers make; times tell that apart.
    if (expected[i].time_ns != sent[i].time_ns) return;
    bind_names(expected[i].text, decode_packet(sent[i].bytes, toward), bindings_);
  }
}

bool Scenario::same(const ScenarioLine& expected, const SentPacket& sent, Side toward) const {
  const auto text = substitute(expected.text, bindings_);
  if (!text || expected.time_ns != sent.time_ns) return false;
  const auto bytes = encode_packet(*text, toward);
  return bytes && *bytes == sent.bytes;
}

std::string Scenario::describe(const SentPacket& sent, Side toward) const {
  return format_time(sent.time_ns) + " " + with_names(decode_packet(sent.bytes, toward), bindings_);
}

std::string Scenario::differences(const std::vector<ScenarioLine>& expected,
                                  const std::vector<SentPacket>& sent, Side toward) const {
  std::string text;
  bool differ = expected.size() != sent.size();
  for (std::size_t i = 0; i < std::max(expected.size(), sent.size()); ++i) {
    const bool equal = i < expected.size() && i < sent.size() && same(expected[i], sent[i], toward);
    if (equal) {
      text += "    " + describe(sent[i], toward) + "\n";
      continue;
    }
    differ = true;
    if (i < expected.size()) {
      text += "  - " + format_time(expected[i].time_ns) + " " + expected[i].text + "\n";
    }
    if (i < sent.size()) text += "  + " + describe(sent[i], toward) + "\n";
  }
  return differ ? text : "";
}

/// Verdicts and drops must be exactly those listed; of the counters, those listed must agree.
std::string Scenario::counter_differences() const {
  std::ifstream file{folder_ / "counters.json"};
  if (!file) return "counters.json is missing\n";
  const auto expected = nlohmann::ordered_json::parse(file);
  std::string text;
  const auto compare = [&](const std::string& group, const std::string& name) {
    const auto zero = nlohmann::ordered_json(0);
    const auto want = expected.contains(group) ? expected[group].value(name, zero) : zero;
    const auto have = outcome_.report.at(group).value(name, nlohmann::ordered_json("no such name"));
    if (want != have) {
      text +=
          "  " + group + "." + name + ": expected " + want.dump() + ", got " + have.dump() + "\n";
    }
  };
  for (const std::string group : {"verdicts", "drops"}) {
    for (const auto& [name, value] : outcome_.report.at(group).items()) compare(group, name);
  }
  for (const auto& [group, entries] : expected.items()) {
    for (const auto& [name, value] : entries.items()) {
      if (group == "counters" || !outcome_.report.at(group).contains(name)) compare(group, name);
    }
  }
  return text;
}

std::string Scenario::check() {
  run();
  std::string text;
  if (const auto part = differences(to_outside_, outcome_.to_outside, Side::outside);
      !part.empty()) {
    text += "to_outside.txt (- expected, + sent)\n" + part;
  }
  if (const auto part = differences(to_inside_, outcome_.to_inside, Side::inside); !part.empty()) {
    text += "to_inside.txt (- expected, + sent)\n" + part;
  }
  if (const auto part = counter_differences(); !part.empty()) text += "counters.json\n" + part;
  return text;
}

void Scenario::bless_packets(const std::string& name, const std::vector<ScenarioLine>& expected,
                             const std::vector<SentPacket>& sent, Side toward) const {
  if (sent.empty() && expected.empty()) return;
  std::ofstream file{folder_ / name};
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const bool keep = i < expected.size() && same(expected[i], sent[i], toward);
    if (i < expected.size()) {
      for (const std::string& comment : expected[i].comments) file << comment << "\n";
    }
    file << (keep ? format_time(expected[i].time_ns) + " " + expected[i].text
                  : describe(sent[i], toward))
         << "\n";
  }
}

void Scenario::bless() {
  run();
  bless_packets("to_outside.txt", to_outside_, outcome_.to_outside, Side::outside);
  bless_packets("to_inside.txt", to_inside_, outcome_.to_inside, Side::inside);
  nlohmann::ordered_json counters;
  for (const std::string group : {"verdicts", "drops", "counters"}) {
    counters[group] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : outcome_.report.at(group).items()) {
      if (value != 0 && !name.ends_with("_bytes")) counters[group][name] = value;
    }
  }
  std::ofstream{folder_ / "counters.json"} << counters.dump(2) << "\n";
}

}  // namespace sekimori::test
