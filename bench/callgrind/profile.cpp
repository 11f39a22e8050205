#include "bench/callgrind/profile.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace sekimori::bench {

namespace {

/// The rest of a line behind `start`, if it starts so.
std::optional<std::string> after(const std::string& line, std::string_view start) {
  if (!line.starts_with(start)) return std::nullopt;
  return line.substr(start.size());
}

/// Names come as "(7) name" the first time and as "(7)" from then on.
class Names {
 public:
  std::string resolve(const std::string& text) {
    const auto end = text.find(')');
    if (!text.starts_with('(') || end == std::string::npos) return text;
    std::string& name = names_[text.substr(0, end)];
    if (text.size() > end + 2) name = text.substr(end + 2);
    return name;
  }

 private:
  std::map<std::string, std::string> names_;
};

class ProfileReader {
 public:
  std::vector<InstructionCount> read(std::istream& file) {
    for (std::string line; std::getline(file, line);) take(line);
    end_part();
    return std::move(counts_);
  }

 private:
  using Place = std::pair<std::string, std::string>;  ///< function and file

  void take(const std::string& line) {
    if (line.starts_with("part: ")) {
      end_part();
    } else if (const auto label = after(line, "desc: Trigger: Client Request: ")) {
      label_ = *label;
    } else if (const auto total = after(line, "totals: ")) {
      total_ = std::stoull(*total);
    } else if (const auto function = after(line, "fn=")) {
      place_.first = functions_.resolve(*function);
    } else if (const auto called = after(line, "cfn=")) {
      functions_.resolve(*called);
    } else if (line.starts_with("fl=") || line.starts_with("fi=") || line.starts_with("fe=")) {
      place_.second = files_.resolve(line.substr(3));
    } else if (line.starts_with("cfi=") || line.starts_with("cfl=")) {
      files_.resolve(line.substr(4));
    } else if (line.starts_with("calls=")) {
      call_ = true;
    } else if (line.find_first_of("+-*0123456789") == 0) {
      take_cost(line);
    }
  }

  /// A position and how many instructions it executed. Behind a call stands what the callee did,
  /// which is told again where the callee itself is.
  void take_cost(const std::string& line) {
    if (std::exchange(call_, false)) return;
    const auto blank = line.find(' ');
    if (blank != std::string::npos) cost_[place_] += std::stoull(line.substr(blank + 1));
  }

  void end_part() {
    if (label_) {
      InstructionCount count;
      std::istringstream words{*label_};
      if (!(words >> count.name >> count.units) || count.units == 0 || !total_) {
        throw std::runtime_error{"callgrind's file has an incomplete part '" + *label_ + "'"};
      }
      count.instructions = *total_;
      for (const auto& [place, cost] : cost_) {
        count.shares.push_back(
            {.function = place.first, .file = place.second, .instructions = cost});
      }
      std::ranges::stable_sort(count.shares, std::greater{}, &Share::instructions);
      counts_.push_back(std::move(count));
    }
    label_.reset();
    total_.reset();
    cost_.clear();
    call_ = false;
  }

  std::vector<InstructionCount> counts_;
  Names functions_;
  Names files_;
  // Of the part that is being read.
  std::optional<std::string> label_;
  std::optional<std::uint64_t> total_;
  std::map<Place, std::uint64_t> cost_;
  Place place_;
  bool call_ = false;
};

/// The path from the project's root, or the end of one that lies elsewhere.
std::string short_path(const std::string& path) {
  for (const char* folder : {"/dataplane/", "/common/", "/bench/"}) {
    if (const auto at = path.rfind(folder); at != std::string::npos) return path.substr(at + 1);
  }
  return path.substr(path.rfind('/') + 1);
}

/// Sums by name, the largest first.
std::vector<std::pair<double, std::string>> ordered(const std::map<std::string, double>& sums) {
  std::vector<std::pair<double, std::string>> result;
  for (const auto& [name, sum] : sums) result.emplace_back(sum, name);
  std::ranges::sort(result, std::greater{});
  return result;
}

std::string cost_line(double per_unit, const std::string& indent, const std::string& name) {
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "%9.1f  ", per_unit);
  return number.data() + indent + name + '\n';
}

}  // namespace

std::string profile_text(const InstructionCount& count) {
  constexpr double worth_a_line = 0.5;
  std::map<std::string, double> functions;
  std::map<std::string, std::map<std::string, double>> files;
  for (const Share& share : count.shares) {
    const double per_unit =
        static_cast<double>(share.instructions) / static_cast<double>(count.units);
    functions[share.function] += per_unit;
    files[share.function][short_path(share.file)] += per_unit;
  }
  std::string text = cost_line(count.per_unit(), "", count.name);
  for (const auto& [cost, function] : ordered(functions)) {
    if (cost < worth_a_line) continue;
    text += cost_line(cost, "  ", function);
    for (const auto& [part, file] : ordered(files[function])) {
      if (part >= worth_a_line) text += cost_line(part, "    ", file);
    }
  }
  return text;
}

std::vector<InstructionCount> read_profile(std::istream& file) {
  return ProfileReader{}.read(file);
}

}  // namespace sekimori::bench
