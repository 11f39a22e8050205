#include "control/cli/table.hpp"

#include <algorithm>

#include "control/model/clean_text.hpp"
#include "control/model/columns.hpp"

namespace sekimori {

void Table::add(const std::vector<std::string>& cells) {
  std::vector<std::string> row;
  for (const std::string& cell : cells) row.push_back(clean_text(cell));
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::string Table::text(const std::string& none, std::size_t width) const {
  if (rows_.empty()) return none + "\n";
  std::vector<std::vector<std::string>> lines{{}};
  for (const Column& column : columns_) lines.front().push_back(column.title);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t missing = widths[i] - columns_of(line[i]);
      if (columns_[i].side == Side::right) out.append(missing, ' ');
      out += line[i];
      if (columns_[i].side == Side::left) out.append(missing, ' ');
      out += "  ";
    }
    while (out.ends_with(' ')) out.pop_back();
    text += shortened(std::move(out), width) + "\n";
  }
  return text;
}

}  // namespace sekimori
