#include "control/store/baseline_store.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

namespace sekimori {
namespace {

/// Summaries as bytes in the order of this machine: the store does not travel.
std::span<const std::uint8_t> bytes_of(const WeekProfile& profile) {
  return {reinterpret_cast<const std::uint8_t*>(profile.hours.data()), WeekProfile::bytes_size};
}

WeekProfile profile_of(std::uint64_t week, std::span<const std::uint8_t> bytes) {
  if (bytes.size() != WeekProfile::bytes_size) {
    throw DatabaseFault{"a week of the baselines has " + std::to_string(bytes.size()) + " bytes"};
  }
  WeekProfile profile;
  profile.week = week;
  std::memcpy(profile.hours.data(), bytes.data(), bytes.size());
  return profile;
}

std::optional<Vector> vector_named(std::string_view name) {
  for (const Vector vector : all_vectors()) {
    if (name_of(vector) == name) return vector;
  }
  return std::nullopt;
}

}  // namespace

WeekProfile BaselineStore::load(const std::string& object, std::string_view vector,
                                std::uint64_t week) {
  Statement query = database_.prepare(
      "SELECT hours FROM baseline_weeks WHERE object = ?1 AND vector = ?2 AND week = ?3");
  query.bind(1, object).bind(2, vector).bind(3, week);
  if (query.step()) return profile_of(week, query.bytes(0));
  WeekProfile fresh;
  fresh.week = week;
  return fresh;
}

void BaselineStore::save(const std::string& object, std::string_view vector,
                         const WeekProfile& profile) {
  database_
      .prepare(
          "INSERT INTO baseline_weeks VALUES (?1, ?2, ?3, ?4) "
          "ON CONFLICT (object, vector, week) DO UPDATE SET hours = ?4")
      .bind(1, object)
      .bind(2, vector)
      .bind(3, profile.week)
      .bind(4, bytes_of(profile))
      .run();
}

tl::expected<void, std::string> BaselineStore::add(std::span<const FinishedHour> hours) {
  return database_.attempt([&] {
    std::uint64_t newest = 0;
    for (const FinishedHour& hour : hours) {
      const HourPlace place = place_of_hour(hour.hour);
      WeekProfile profile = load(hour.object, name_of(hour.vector), place.week);
      // What an incident has left out stays so.
      if (profile.hours[place.hour].was_left_out()) continue;
      profile.hours[place.hour] = hour.summary;
      save(hour.object, name_of(hour.vector), profile);
      newest = std::max(newest, place.week);
    }
    if (newest <= weeks_kept) return;
    database_.prepare("DELETE FROM baseline_weeks WHERE week < ?1")
        .bind(1, newest - weeks_kept)
        .run();
  });
}

tl::expected<void, std::string> BaselineStore::leave_out(const std::string& object,
                                                         std::uint64_t first_hour,
                                                         std::uint64_t last_hour) {
  return database_.attempt([&] {
    constexpr std::uint64_t longest = (weeks_kept + 1) * hours_of_week;
    const std::uint64_t first =
        last_hour > longest ? std::max(first_hour, last_hour - longest) : first_hour;
    std::optional<WeekProfile> profile;
    for (std::uint64_t hour = first; hour <= last_hour; ++hour) {
      const HourPlace place = place_of_hour(hour);
      if (profile && profile->week != place.week) {
        save(object, name_of(Vector::packets), *profile);
        profile.reset();
      }
      // An hour of `packets` that is left out is left out for all vectors.
      if (!profile) profile = load(object, name_of(Vector::packets), place.week);
      profile->hours[place.hour] = HourSummary::of_incident();
    }
    if (profile) save(object, name_of(Vector::packets), *profile);
  });
}

tl::expected<ObjectHistory, std::string> BaselineStore::history(const std::string& object) {
  return database_.attempt([&] {
    Statement query =
        database_.prepare("SELECT vector, week, hours FROM baseline_weeks WHERE object = ?1");
    query.bind(1, object);
    ObjectHistory history;
    while (query.step()) {
      const auto vector = vector_named(query.text(0));
      if (vector) history[*vector].push_back(profile_of(query.number(1), query.bytes(2)));
    }
    return history;
  });
}

tl::expected<void, std::string> BaselineStore::accept(
    std::span<const LearnedThreshold> thresholds) {
  return database_.attempt([&] {
    for (const LearnedThreshold& t : thresholds) {
      database_
          .prepare(
              "INSERT INTO learned_thresholds VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
              "ON CONFLICT (object, vector) DO UPDATE SET threshold = ?3, reason = ?4, "
              "accepted_by = ?5, accepted_ms = ?6")
          .bind(1, t.object)
          .bind(2, name_of(t.vector))
          .bind(3, t.threshold)
          .bind(4, t.reason)
          .bind(5, t.accepted_by)
          .bind(6, t.accepted_ms)
          .run();
    }
  });
}

tl::expected<std::vector<LearnedThreshold>, std::string> BaselineStore::learned(
    const std::string& object) {
  return database_.attempt([&] {
    Statement query = database_.prepare(
        "SELECT vector, threshold, reason, accepted_by, accepted_ms FROM learned_thresholds "
        "WHERE object = ?1");
    query.bind(1, object);
    std::vector<LearnedThreshold> result;
    while (query.step()) {
      const auto vector = vector_named(query.text(0));
      if (!vector) continue;
      result.push_back({.object = object,
                        .vector = *vector,
                        .threshold = query.number(1),
                        .reason = query.text(2),
                        .accepted_by = query.text(3),
                        .accepted_ms = query.number(4)});
    }
    return result;
  });
}

tl::expected<std::vector<PerVector<std::uint64_t>>, std::string> BaselineStore::learned_for(
    const Policy& policy) {
  return database_.attempt([&] {
    std::unordered_map<std::string_view, std::size_t> places;
    places.reserve(policy.objects.size());
    for (std::size_t i = 0; i < policy.objects.size(); ++i) {
      places.emplace(policy.objects[i].name.value, i);
    }
    std::vector<PerVector<std::uint64_t>> result(policy.objects.size());
    Statement query = database_.prepare("SELECT object, vector, threshold FROM learned_thresholds");
    while (query.step()) {
      const std::string object = query.text(0);
      const auto place = places.find(object);
      const auto vector = vector_named(query.text(1));
      if (place == places.end() || !vector) continue;
      const std::uint64_t bound = policy.objects[place->second].capacity.bound(*vector);
      const std::uint64_t threshold = query.number(2);
      result[place->second][*vector] = bound != 0 ? std::min(bound, threshold) : threshold;
    }
    return result;
  });
}

}  // namespace sekimori
