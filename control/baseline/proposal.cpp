#include "control/baseline/proposal.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "common/units.hpp"

namespace sekimori {
namespace {

constexpr std::size_t hours_of_day = 24;

/// An hour of the history, decoded.
struct SeenHour {
  std::uint64_t week = 0;
  std::size_t hour = 0;
  double median = 0;
  double high = 0;
};

struct SeenHours {
  std::vector<SeenHour> counting;
  std::uint64_t incident = 0;
};

const WeekProfile* week_of(const std::vector<WeekProfile>& weeks, std::uint64_t week) {
  const auto found = std::ranges::find(weeks, week, &WeekProfile::week);
  return found == weeks.end() ? nullptr : &*found;
}

/// The hours in which the object was watched, of the last weeks only.
SeenHours seen_hours(const ObjectHistory& history, Vector vector) {
  SeenHours seen;
  const auto& watched = history[Vector::packets];
  std::uint64_t newest = 0;
  for (const WeekProfile& week : watched) newest = std::max(newest, week.week);
  for (const WeekProfile& week : watched) {
    if (week.week + weeks_kept < newest) continue;
    const WeekProfile* own = week_of(history[vector], week.week);
    for (std::size_t h = 0; h < hours_of_week; ++h) {
      HourSummary hour = own != nullptr ? own->hours[h] : HourSummary{};
      if (week.hours[h].was_left_out() || hour.was_left_out()) {
        ++seen.incident;
        continue;
      }
      if (!week.hours[h].counts()) continue;
      if (!hour.counts()) hour = HourSummary::of_silence();
      seen.counting.push_back({.week = week.week,
                               .hour = h,
                               .median = rate_of(hour.median),
                               .high = rate_of(hour.high)});
    }
  }
  return seen;
}

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// Tells hours that no other week knows the like of. Where no other week was seen, the same hour of
/// the other days stands for them.
class Outliers {
 public:
  Outliers(const std::vector<SeenHour>& hours, Vector vector)
      : harmless_(static_cast<double>(threshold_floor(vector)) / headroom) {
    for (const SeenHour& hour : hours) {
      by_hour_[hour.hour].push_back(&hour);
      by_hour_of_day_[hour.hour % hours_of_day].push_back(&hour);
    }
  }

  [[nodiscard]] bool contain(const SeenHour& hour) const {
    // What cannot lift the threshold above its floor need not be judged.
    if (hour.high <= harmless_) return false;
    auto others = others_of(by_hour_[hour.hour], hour);
    if (others.empty()) others = others_of(by_hour_of_day_[hour.hour % hours_of_day], hour);
    if (others.empty()) return false;
    return hour.high >
           outlier_factor * std::max(median_of(std::move(others)), harmless_ / outlier_factor);
  }

 private:
  static std::vector<double> others_of(const std::vector<const SeenHour*>& hours,
                                       const SeenHour& self) {
    std::vector<double> result;
    for (const SeenHour* hour : hours) {
      if (hour != &self) result.push_back(hour->high);
    }
    return result;
  }

  double harmless_;
  std::array<std::vector<const SeenHour*>, hours_of_week> by_hour_;
  std::array<std::vector<const SeenHour*>, hours_of_day> by_hour_of_day_;
};

Confidence confidence_of(std::uint64_t hours) {
  if (hours < 3 * hours_of_day) return Confidence::low;
  return hours < 2 * hours_of_week ? Confidence::medium : Confidence::high;
}

std::string rate_text(double rate, Vector vector) {
  const VectorText& text = vector_texts[static_cast<std::size_t>(vector)];
  // Three digits are as many as anybody reads.
  const double scale = rate < 1'000 ? 1 : std::pow(10, std::floor(std::log10(rate)) - 2);
  const auto shown = static_cast<std::uint64_t>(std::llround(std::round(rate / scale) * scale));
  return format_quantity(shown, text.unit) + ' ' + std::string{unit_name(text.unit)};
}

std::string counted_hours(std::uint64_t hours) {
  return std::to_string(hours) + (hours == 1 ? " hour" : " hours");
}

std::string reason_of(const Proposal& proposal) {
  const Baseline& b = proposal.baseline;
  std::string reason = counted_hours(b.hours) + " count (" +
                       std::to_string(b.hours / hours_of_day) + " days, confidence " +
                       std::string{confidence_names.at(static_cast<std::size_t>(b.confidence))} +
                       "). ";
  if (b.high > 0) {
    reason += "The highest is " + hour_text(b.highest_hour) + " with " +
              rate_text(b.high, proposal.vector) + " in 99 % of its minutes; " +
              std::to_string(static_cast<int>(headroom)) + " times that is proposed. ";
  } else {
    reason += "There was none of it. ";
  }
  if (b.hours_incident > 0) {
    reason += counted_hours(b.hours_incident) + " left out, as an incident was open. ";
  }
  if (b.hours_outlier > 0) {
    reason += counted_hours(b.hours_outlier) + " left out, being above " +
              std::to_string(static_cast<int>(outlier_factor)) +
              " times the same hour at other times. ";
  }
  if (proposal.raised_to_floor) {
    reason += "Raised to " +
              rate_text(static_cast<double>(threshold_floor(proposal.vector)), proposal.vector) +
              ", below which nothing is endangered. ";
  }
  if (proposal.bounded_by_capacity) reason += "Bounded by the declared capacity. ";
  reason.pop_back();
  return reason;
}

void bound_by_capacity(Proposal& proposal, const CapacityPolicy& capacity) {
  const std::uint64_t bound = capacity.bound(proposal.vector);
  proposal.bounded_by_capacity = bound != 0 && proposal.threshold > bound;
  if (proposal.bounded_by_capacity) proposal.threshold = bound;
}

std::uint64_t whole(double rate) {
  constexpr double most = 1e15;
  return static_cast<std::uint64_t>(std::ceil(std::clamp(rate, 0.0, most)));
}

}  // namespace

std::uint64_t threshold_floor(Vector vector) {
  switch (vector) {
    case Vector::bits:
      return 1'000'000;
    case Vector::packets:
    case Vector::tcp_flags:
      return 500;
    case Vector::syn:
    case Vector::udp:
    case Vector::icmp:
    case Vector::fragments:
    case Vector::dns_queries:
    case Vector::other:
      return 100;
    case Vector::new_connections:
    case Vector::new_sources:
      return 50;
  }
  return 0;
}

std::optional<Baseline> baseline_of(const ObjectHistory& history, Vector vector) {
  const SeenHours seen = seen_hours(history, vector);
  const Outliers outliers{seen.counting, vector};
  Baseline baseline;
  baseline.hours_incident = seen.incident;
  std::vector<double> medians;
  for (const SeenHour& hour : seen.counting) {
    if (outliers.contain(hour)) {
      ++baseline.hours_outlier;
      continue;
    }
    ++baseline.hours;
    medians.push_back(hour.median);
    if (hour.high <= baseline.high) continue;
    baseline.high = hour.high;
    baseline.highest_hour = hour.hour;
  }
  if (baseline.hours == 0) return std::nullopt;
  baseline.median = median_of(std::move(medians));
  baseline.confidence = confidence_of(baseline.hours);
  return baseline;
}

std::vector<Proposal> propose_thresholds(const ObjectHistory& history,
                                         const CapacityPolicy& capacity) {
  std::vector<Proposal> proposals;
  for (const Vector vector : all_vectors()) {
    const auto baseline = baseline_of(history, vector);
    if (!baseline) continue;
    Proposal proposal{.vector = vector,
                      .threshold = whole(baseline->high * headroom),
                      .bounded_by_capacity = false,
                      .raised_to_floor = false,
                      .baseline = *baseline,
                      .reason = {}};
    proposal.raised_to_floor = proposal.threshold < threshold_floor(vector);
    if (proposal.raised_to_floor) proposal.threshold = threshold_floor(vector);
    bound_by_capacity(proposal, capacity);
    proposal.reason = reason_of(proposal);
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

Proposal tuned(Proposal proposal, double factor, const CapacityPolicy& capacity) {
  const double rate = static_cast<double>(proposal.threshold) * factor;
  // 0 would mean that no threshold is set.
  proposal.threshold = std::max<std::uint64_t>(1, whole(rate));
  const bool was_bounded = proposal.bounded_by_capacity;
  bound_by_capacity(proposal, capacity);
  std::string text = std::to_string(factor);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  proposal.reason += " Multiplied by " + text + " by hand.";
  if (proposal.bounded_by_capacity && !was_bounded) {
    proposal.reason += " Bounded by the declared capacity.";
  }
  return proposal;
}

std::string hour_text(std::size_t hour_of_week) {
  constexpr std::array<std::string_view, 7> days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                 "Friday", "Saturday", "Sunday"};
  const std::size_t hour = hour_of_week % hours_of_day;
  return std::string{days.at(hour_of_week / hours_of_day)} + (hour < 10 ? " 0" : " ") +
         std::to_string(hour) + ":00 UTC";
}

}  // namespace sekimori
