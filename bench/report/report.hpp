#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sekimori::bench {

/// Where the repetitions of one measurement lie.
struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

[[nodiscard]] double median(std::vector<double> values);
/// Of at least one value; throws std::invalid_argument if there is none.
[[nodiscard]] Spread spread(const std::vector<double>& values);

/// One result and what it was compared with in the same run.
struct Row {
  std::string name;
  Spread value = {};           ///< in the report's unit
  std::string reference = {};  ///< empty if there is none
  Spread reference_value = {};
  /// What else is known: keys and values, which go into the JSON row as they are.
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();

  [[nodiscard]] bool compared() const { return !reference.empty(); }
  /// The value in multiples of the reference's.
  [[nodiscard]] double ratio() const { return value.median / reference_value.median; }
};

/// A column of the table that shows one of the rows' `fields`.
struct Column {
  std::string heading;
  std::string key;
};

/// All that a benchmark found. `text` and `json` add a description of the machine.
struct Report {
  std::string benchmark;  ///< the NAME of `./dev bench NAME`
  std::string title;      ///< what was measured, a sentence above the table
  std::string unit = "ns_per_packet";
  std::size_t repetitions = 0;
  std::vector<std::string> notes = {};  ///< sentences that a reader of the numbers has to know
  std::vector<Column> columns = {};
  std::vector<Row> rows = {};
};

/// The report as a table of at most 100 columns, or 100 and what a long field needs.
[[nodiscard]] std::string text(const Report& report);

/// The document: benchmark, title, unit, processor, cpus, kernel, memory, repetitions, notes, rows.
/// In a row, a report in ns_per_packet has ns_per_packet, min_ns_per_packet, max_ns_per_packet,
/// and, where there is a reference, reference, reference_ns_per_packet with its min_ and max_, and
/// ratio; then the row's fields.
[[nodiscard]] nlohmann::ordered_json json(const Report& report);

/// Writes the JSON document, and the plots (see plot.hpp) beside it under the same name with the
/// ending .svg. Makes the folder if need be. Throws std::runtime_error with the path if it cannot.
void write_files(const Report& report, const std::string& svg, const std::filesystem::path& json);

}  // namespace sekimori::bench
