#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sekimori {

/// Rows under a heading, as wide as their longest cells. The last column is cut where the terminal
/// ends.
class Table {
 public:
  enum class Side { left, right };
  struct Column {
    std::string title;
    Side side = Side::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns; what a terminal would obey is taken out of them.
  void add(const std::vector<std::string>& cells);
  /// `none` stands for a table without rows.
  [[nodiscard]] std::string text(const std::string& none, std::size_t width = 100) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sekimori
