#include "bench/report/report.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bench/report/numbers.hpp"

namespace sekimori::bench {
namespace {

Report example() {
  return {.benchmark = "example",
          .title = "What is measured.",
          .repetitions = 3,
          .notes = {"A note."},
          .columns = {{"source", "source_ns"}},
          .rows = {{.name = "first",
                    .value = spread({50.25, 50.0, 60.126}),
                    .reference = "nothing at all",
                    .reference_value = spread({25, 24, 26}),
                    .fields = {{"source_ns", 12.5}}},
                   {.name = "second", .value = spread({1.0})}}};
}

TEST(Statistics, median_is_the_middle_or_between_the_two_in_the_middle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_THROW((void)median({}), std::invalid_argument);
}

TEST(Statistics, spread_has_both_ends) {
  const Spread found = spread({5, 9, 1});
  EXPECT_EQ(found.min, 1);
  EXPECT_EQ(found.median, 5);
  EXPECT_EQ(found.max, 9);
  EXPECT_THROW((void)spread({}), std::invalid_argument);
}

TEST(Numbers, have_about_three_digits_and_commas) {
  EXPECT_EQ(measure_text(0.1234), "0.123");
  EXPECT_EQ(measure_text(4.567), "4.57");
  EXPECT_EQ(measure_text(78.91), "78.9");
  EXPECT_EQ(measure_text(1234.5), "1,234");
  EXPECT_EQ(measure_text(100000), "100,000");
  EXPECT_EQ(fixed(-1234567.891, 2), "-1,234,567.89");
}

TEST(Report, json_has_the_row_its_reference_and_its_fields) {
  const nlohmann::ordered_json document = json(example());
  EXPECT_EQ(document["benchmark"], "example");
  EXPECT_EQ(document["repetitions"], 3);
  EXPECT_FALSE(document["processor"].get<std::string>().empty());
  EXPECT_GE(document["cpus"], 1);
  const auto& row = document["rows"][0];
  EXPECT_EQ(row["name"], "first");
  EXPECT_EQ(row["ns_per_packet"], 50.25);
  EXPECT_EQ(row["max_ns_per_packet"], 60.13);
  EXPECT_EQ(row["reference"], "nothing at all");
  EXPECT_EQ(row["reference_ns_per_packet"], 25);
  EXPECT_EQ(row["ratio"], 2.01);
  EXPECT_EQ(row["source_ns"], 12.5);
  EXPECT_FALSE(document["rows"][1].contains("ratio"));
}

TEST(Report, table_fits_the_page_and_shows_what_is_missing) {
  const std::string shown = text(example());
  std::istringstream lines{shown};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_NE(shown.find("Reference: nothing at all."), std::string::npos);
  EXPECT_NE(shown.find("A note."), std::string::npos);
  EXPECT_NE(shown.find("12.5         25   2.01"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\nsecond"), std::string::npos);
}

TEST(Report, files_lie_beside_each_other_in_a_new_folder) {
  const auto folder =
      std::filesystem::path{testing::TempDir()} / ("sekimori-report-" + std::to_string(getpid()));
  write_files(example(), "<svg/>", folder / "new" / "example.json");
  EXPECT_EQ(nlohmann::json::parse(std::ifstream{folder / "new/example.json"})["rows"].size(), 2U);
  EXPECT_TRUE(std::filesystem::exists(folder / "new/example.svg"));
  std::filesystem::remove_all(folder);
  EXPECT_THROW(write_files(example(), "", "/proc/none/example.json"), std::runtime_error);
}

}  // namespace
}  // namespace sekimori::bench
