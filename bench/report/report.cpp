#include "bench/report/report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <stdexcept>

#include "bench/report/machine.hpp"
#include "bench/report/numbers.hpp"

namespace sekimori::bench {

namespace {

constexpr std::size_t page_width = 100;

/// Two digits behind the point; more would pretend to know.
double rounded(double value) {
  return std::round(value * 100) / 100;
}

void add_spread(nlohmann::ordered_json& row, const std::string& key, const Spread& spread) {
  row[key] = rounded(spread.median);
  row["min_" + key] = rounded(spread.min);
  row["max_" + key] = rounded(spread.max);
}

nlohmann::ordered_json row_json(const Row& row, const std::string& unit) {
  nlohmann::ordered_json json{{"name", row.name}};
  add_spread(json, unit, row.value);
  if (row.compared()) {
    json["reference"] = row.reference;
    add_spread(json, "reference_" + unit, row.reference_value);
    json["ratio"] = rounded(row.ratio());
  }
  json.update(row.fields);
  return json;
}

/// Words broken into lines of the page's width.
std::string wrapped(const std::string& sentence) {
  std::string text;
  std::size_t column = 0;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t end = std::min(sentence.find(' ', at), sentence.size());
    if (column != 0) {
      const bool fits = column + 1 + (end - at) <= page_width;
      text += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    text.append(sentence, at, end - at);
    column += end - at;
    at = end + 1;
  }
  return text + '\n';
}

std::string field_text(const nlohmann::ordered_json& fields, const std::string& key) {
  const auto found = fields.find(key);
  if (found == fields.end()) return "-";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? measure_text(found->get<double>()) : found->dump();
}

/// `ns_per_packet` as people write it.
std::string heading_of(const std::string& unit) {
  if (unit == "ns_per_packet") return "ns/packet";
  std::string heading = unit;
  if (const auto at = heading.find("_per_"); at != std::string::npos) heading.replace(at, 5, "/");
  std::ranges::replace(heading, '_', ' ');
  return heading;
}

using Line = std::vector<std::string>;

/// The first column to the left, numbers to the right.
std::string table(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - line[i].size(), ' ');
      text += i == 0 ? line[i] + padding : "  " + padding + line[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::set<std::string> references(const Report& report) {
  std::set<std::string> names;
  for (const Row& row : report.rows) {
    if (row.compared()) names.insert(row.reference);
  }
  return names;
}

Line table_line(const Report& report, const Row& row, bool name_reference) {
  Line line{row.name, measure_text(row.value.median),
            measure_text(row.value.min) + " .. " + measure_text(row.value.max)};
  for (const Column& column : report.columns) {
    line.push_back(field_text(row.fields, column.key));
  }
  line.push_back(row.compared() ? measure_text(row.reference_value.median) : "-");
  line.push_back(row.compared() ? fixed(row.ratio(), 2) : "-");
  if (name_reference) line.push_back(row.compared() ? row.reference : "-");
  return line;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument{"the median of no values"};
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Spread spread(const std::vector<double>& values) {
  if (values.empty()) throw std::invalid_argument{"the spread of no values"};
  const auto [min, max] = std::ranges::minmax(values);
  return {.median = median(values), .min = min, .max = max};
}

std::string text(const Report& report) {
  const Machine machine = this_machine();
  const std::set<std::string> compared_with = references(report);
  std::string text = wrapped(report.title);
  text += wrapped(machine.processor + ", " + std::to_string(machine.cpus) +
                  (machine.cpus == 1 ? " CPU, " : " CPUs, ") + machine.memory + ", Linux " +
                  machine.kernel + ". Medians of " + std::to_string(report.repetitions) +
                  " alternating repetitions.");
  if (compared_with.size() == 1) text += wrapped("Reference: " + *compared_with.begin() + ".");
  for (const std::string& note : report.notes) text += wrapped(note);

  const bool name_references = compared_with.size() > 1;
  Line headings{"", heading_of(report.unit), "min .. max"};
  for (const Column& column : report.columns) headings.push_back(column.heading);
  headings.insert(headings.end(), {"reference", "ratio"});
  if (name_references) headings.emplace_back("compared with");
  std::vector<Line> lines{headings};
  for (const Row& row : report.rows) lines.push_back(table_line(report, row, name_references));
  return text + '\n' + table(lines);
}

nlohmann::ordered_json json(const Report& report) {
  const Machine machine = this_machine();
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Row& row : report.rows) rows.push_back(row_json(row, report.unit));
  return {{"benchmark", report.benchmark}, {"title", report.title},
          {"unit", report.unit},           {"processor", machine.processor},
          {"cpus", machine.cpus},          {"kernel", machine.kernel},
          {"memory", machine.memory},      {"repetitions", report.repetitions},
          {"notes", report.notes},         {"rows", std::move(rows)}};
}

namespace {

void write(const std::filesystem::path& path, const std::string& content) {
  std::error_code ignored;  // the stream below reports what is wrong
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path(), ignored);
  std::ofstream file{path};
  file << content << std::flush;
  if (!file) throw std::runtime_error{"cannot write " + path.string()};
}

}  // namespace

void write_files(const Report& report, const std::string& svg, const std::filesystem::path& path) {
  write(path, json(report).dump(2) + '\n');
  write(std::filesystem::path{path}.replace_extension(".svg"), svg);
}

}  // namespace sekimori::bench
