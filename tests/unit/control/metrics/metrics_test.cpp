#include "control/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace sekimori {
namespace {

using testing::HasSubstr;

constexpr const char* document = "docs/METRICS.md";
constexpr std::string_view table_head =
    "| Metric | Type | Labels | What it is |\n|---|---|---|---|\n";

/// Every metric with at least one series.
MetricsInput full_input() {
  MetricsInput input;
  input.version = "0.1.0";
  input.now_ms = 1'748'927'122'500;
  input.started_ms = 1'748'927'000'000;
  input.dataplane_up = true;
  input.policy_version = 7;
  input.policy_id = "0123456789abcdef";
  input.policy_objects = 2;
  input.policy_tenants = 1;
  input.abnormal_objects = {"web"};
  for (std::size_t i = 0; i < incident_kind_texts.size(); ++i) {
    input.incidents.push_back({.kind = static_cast<IncidentKind>(i), .opened = i, .open = 1});
  }
  for (std::size_t i = 0; i < step_count; ++i) {
    for (std::size_t j = 0; j < action_state_names.size(); ++j) {
      input.actions.push_back({.step = static_cast<Step>(i),
                               .state = static_cast<ActionState>(j),
                               .entered = 1,
                               .current = 0});
    }
  }
  input.notices[0] = {.delivered = 217, .failed = 1, .retried = 4, .pending = 2};
  input.detection_passes = 10;
  input.detection_seconds_sum = 0.125;
  input.detection_seconds_last = 0.0125;
  StatsSnapshot snapshot;
  snapshot.process_id = 1;
  snapshot.started_unix_ns = 1'748'927'000'000'000'000;
  snapshot.heartbeat_unix_ns = 1'748'927'122'000'000'000;
  snapshot.policy_id = 0x0123456789abcdef;
  snapshot.outside_link_up = true;
  snapshot.card_state = CardState::working;
  snapshot.workers.resize(2);
  snapshot.objects = {{"web", {}}, {"dns", {}}};
  input.dataplane = snapshot;
  return input;
}

/// The values of one metric by what stands in its braces.
std::map<std::string, double> series(const std::string& text, const std::string& metric) {
  std::map<std::string, double> result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(metric + "{") && !line.starts_with(metric + " ")) continue;
    const std::size_t space = line.rfind(' ');
    result[line.substr(metric.size(), space - metric.size())] = std::stod(line.substr(space));
  }
  return result;
}

/// Objects named o0, o1, .. with so many packets each.
MetricsInput with_packets(const std::vector<std::uint64_t>& packets) {
  MetricsInput input = full_input();
  input.abnormal_objects.clear();
  input.dataplane->objects.clear();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    ObjectMeters meters;
    meters.of(TrafficClass::total).packets = packets[i];
    meters.passed_packets = packets[i];
    input.dataplane->objects.push_back({std::string{"o"}.append(std::to_string(i)), meters});
  }
  return input;
}

std::map<std::string, double> passed(Metrics& metrics, const MetricsInput& input) {
  return series(metrics.text(input), "sekimori_object_passed_packets_total");
}

TEST(Metrics, PromtoolHasNothingToSay) {
  if (std::system("command -v promtool > /dev/null") != 0) {
    GTEST_SKIP() << "promtool is missing (Debian package prometheus)";
  }
  std::string pattern = testing::TempDir() + "sekimori-metrics-XXXXXX";
  const int file = ::mkstemp(pattern.data());
  ASSERT_GE(file, 0);
  ::close(file);
  std::ofstream{pattern} << Metrics{}.text(full_input());
  const std::string command = "promtool check metrics < " + pattern + " > " + pattern + ".out 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream output{pattern + ".out"};
  const std::string words{std::istreambuf_iterator<char>(output), {}};
  EXPECT_EQ(status, 0) << words;
  EXPECT_EQ(words, "");
  std::remove(pattern.c_str());
  std::remove((pattern + ".out").c_str());
}

TEST(Metrics, CarryTheirValues) {
  const std::string text = Metrics{}.text(full_input());
  EXPECT_THAT(text, HasSubstr("sekimori_dataplane_up 1\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_dataplane_heartbeat_age_seconds 0.5\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_policy_info{version=\"7\",id=\"0123456789abcdef\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_dataplane_policy_info{id=\"0123456789abcdef\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_notices_total{channel=\"mail\",result=\"delivered\"} 217"));
  EXPECT_THAT(text, HasSubstr("sekimori_detection_pass_seconds_sum 0.125\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_detection_pass_seconds_count 10\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_object_abnormal{object=\"web\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sekimori_object_abnormal{object=\"dns\"} 0\n"));
  for (const OutcomeText& reason : drop_reason_texts) {
    EXPECT_TRUE(series(text, "sekimori_dataplane_dropped_packets_total")
                    .contains(std::string{"{reason=\""}.append(reason.name).append("\"}")));
  }
}

TEST(Metrics, WorkWithoutADataplane) {
  MetricsInput input = full_input();
  input.dataplane.reset();
  input.dataplane_up = false;
  const std::string text = Metrics{}.text(input);
  EXPECT_THAT(text, HasSubstr("sekimori_dataplane_up 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("sekimori_dataplane_packets_total")));
  EXPECT_THAT(Metrics{}.text({}), HasSubstr("sekimori_dataplane_up 0\n"));
}

TEST(Metrics, ShowTheBusiestObjectsAndSumTheRest) {
  Metrics metrics{2};
  EXPECT_EQ(passed(metrics, with_packets({10, 500, 20, 400})),
            (std::map<std::string, double>{
                {"{object=\"o1\"}", 500}, {"{object=\"o3\"}", 400}, {"{object=\"other\"}", 30}}));
}

TEST(Metrics, PutAbnormalObjectsFirst) {
  Metrics metrics{2};
  MetricsInput input = with_packets({10, 500, 20, 400});
  input.abnormal_objects = {"o0", "unknown"};
  const auto found = passed(metrics, input);
  EXPECT_TRUE(found.contains("{object=\"o0\"}"));
  EXPECT_TRUE(found.contains("{object=\"o1\"}"));
}

TEST(Metrics, SumOfTheRestNeverGoesBack) {
  Metrics metrics{1};
  EXPECT_EQ(passed(metrics, with_packets({100, 50}))["{object=\"other\"}"], 50);
  // o1 is busier now, but not twice as busy.
  auto found = passed(metrics, with_packets({200, 200}));
  EXPECT_EQ(found["{object=\"other\"}"], 200);
  EXPECT_EQ(found["{object=\"o0\"}"], 200);
  // Now it is: it gets series of its own, and what it counted before stays in the sum.
  found = passed(metrics, with_packets({210, 1'000}));
  EXPECT_EQ(found["{object=\"o1\"}"], 1'000);
  EXPECT_EQ(found["{object=\"other\"}"], 210);
}

TEST(Metrics, SumOfTheRestOutlivesADataplane) {
  Metrics metrics{1};
  EXPECT_EQ(passed(metrics, with_packets({100, 50}))["{object=\"other\"}"], 50);
  MetricsInput restarted = with_packets({10, 5});
  restarted.dataplane->process_id = 2;
  EXPECT_EQ(passed(metrics, restarted)["{object=\"other\"}"], 55);
}

TEST(Metrics, SeriesAreBounded) {
  Metrics metrics{100};
  const auto lines = [](const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  };
  const std::size_t some = lines(metrics.text(with_packets(std::vector<std::uint64_t>(200, 5))));
  const std::size_t many = lines(metrics.text(with_packets(std::vector<std::uint64_t>(20'000, 9))));
  EXPECT_EQ(some, many);
  const std::size_t none = lines(Metrics{0}.text(with_packets({1, 2, 3})));
  // For each object 26 counters and whether it is abnormal; that one has a HELP and a TYPE then.
  EXPECT_EQ(many, none + 100 * 27 + 2);
}

TEST(Metrics, NamesAreEscaped) {
  MetricsInput input = full_input();
  input.dataplane->objects[0].name = "a\"b\\c\nd";
  const std::string text = Metrics{}.text(input);
  EXPECT_THAT(text, HasSubstr(R"({object="a\"b\\c\nd"})"));
}

TEST(Metrics, ObjectCalledOtherStaysInTheSum) {
  Metrics metrics;
  MetricsInput input = with_packets({10, 500});
  input.dataplane->objects[1].name = "other";
  EXPECT_EQ(passed(metrics, input),
            (std::map<std::string, double>{{"{object=\"o0\"}", 10}, {"{object=\"other\"}", 500}}));
}

/// The rows of the table by what the metrics say themselves.
std::string table(const std::string& text) {
  std::map<std::string, std::string> help;
  std::vector<std::pair<std::string, std::string>> types;
  std::map<std::string, std::vector<std::string>> labels;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string mark;
    std::string kind;
    std::string name;
    words >> mark >> kind >> name;
    if (mark != "#") {
      std::string metric = line.substr(0, line.find_first_of("{ "));
      const std::size_t open = line.find('{');
      if (open == std::string::npos) continue;
      std::string inside = line.substr(open + 1, line.find('}') - open - 1);
      std::vector<std::string> found;
      std::istringstream parts{inside};
      for (std::string part; std::getline(parts, part, ',');) {
        found.push_back(part.substr(0, part.find('=')));
      }
      labels[metric] = found;
    } else if (kind == "HELP") {
      help[name] = line.substr(line.find(name) + name.size() + 1);
    } else {
      std::string type;
      words >> type;
      types.emplace_back(name, type);
    }
  }
  std::string rows;
  for (const auto& [name, type] : types) {
    std::string names;
    for (const std::string& label : labels[name]) {
      names.append(names.empty() ? "`" : ", `").append(label).append("`");
    }
    rows.append("| `").append(name).append("` | ").append(type).append(" | ");
    rows.append(names).append(" | ").append(help[name]).append(" |\n");
  }
  return rows;
}

/// SEKIMORI_BLESS=1 writes the table.
TEST(Metrics, DocumentHasThemAll) {
  const std::string rows = table(Metrics{}.text(full_input()));
  std::ifstream file{document};
  std::string content{std::istreambuf_iterator<char>(file), {}};
  const std::size_t head = content.find(table_head);
  ASSERT_NE(head, std::string::npos);
  const std::size_t begin = head + table_head.size();
  const std::size_t end = std::min(content.find("\n\n", begin), content.size() - 1) + 1;
  if (std::getenv("SEKIMORI_BLESS") != nullptr) {
    std::ofstream{document} << content.substr(0, begin) << rows << content.substr(end);
    return;
  }
  EXPECT_EQ(content.substr(begin, end - begin), rows);
}

}  // namespace
}  // namespace sekimori
