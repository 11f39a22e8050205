// Incidents that no threshold shows: a link that is down, a server that does not answer.

#include <utility>

#include "control/watch/state.hpp"

namespace sekimori {
namespace {

/// A link that comes and goes within less is none that one can work with yet.
constexpr std::uint64_t link_steady_ms = 2'000;
constexpr std::uint64_t server_silent_ms = 1'500;
constexpr std::uint64_t server_well_ms = 5'000;

double rate(const RateRow& rates, Count count) {
  return static_cast<double>(rates[count]);
}

}  // namespace

void Watch::State::watch_link(Cause cause, bool up, std::uint64_t& down_since_ms) {
  const bool outside = cause == Cause::outside_link;
  const IncidentKey key{
      .cause = cause,
      .subject = {.level = Level::box, .name = outside ? "outside link" : "inside link"}};
  if (up) {
    down_since_ms = 0;
  } else if (down_since_ms == 0) {
    down_since_ms = ms_;
  }
  const auto found = incidents_.find(key);
  if (found == incidents_.end()) {
    if (up || ms_ - down_since_ms < policy_->detection.alert_after_ms) return;
    open(key, down_since_ms, "the " + key.subject.name + " went down");
    return;
  }
  OpenIncident& incident = found->second;
  if (!up) {
    incident.well_since_ms = 0;
  } else if (incident.well_since_ms == 0) {
    incident.well_since_ms = ms_;
  } else if (ms_ - incident.well_since_ms >= link_steady_ms) {
    end(incident, "the " + key.subject.name + " is up again");
  }
}

bool Watch::State::server_silent(std::size_t object) const {
  // Fewer packets than that may well fail to come for a second.
  constexpr double least_usual_rate = 10;
  if (!detector_->known(object) || !detector_->usual().known(object)) return false;
  const RateRow& rates = detector_->rates(object);
  const RateRow& usual = detector_->usual().rates(object);
  const double answers = rate(usual, Count::inside_packets);
  const double requests = rate(rates, Count::packets);
  const double usual_requests = rate(usual, Count::packets);
  return answers >= least_usual_rate && rate(rates, Count::inside_packets) <= 0.02 * answers &&
         requests >= 0.3 * usual_requests && requests <= 2 * usual_requests;
}

bool Watch::State::server_answers(std::size_t object) const {
  const double answers = rate(detector_->usual().rates(object), Count::inside_packets);
  return rate(detector_->rates(object), Count::inside_packets) >= 0.1 * answers;
}

void Watch::State::watch_servers() {
  for (std::size_t i = 0; i < object_count(); ++i) {
    // With a link down all servers are silent, and one whose load is judged is so for that.
    if (set_apart_[i] != 0 || !links_up_ || !server_silent(i)) {
      silent_since_ms_[i] = 0;
      continue;
    }
    if (silent_since_ms_[i] == 0) silent_since_ms_[i] = ms_;
    if (ms_ - silent_since_ms_[i] < server_silent_ms) continue;
    const IncidentKey key{.cause = Cause::server, .subject = subject_of(i)};
    if (incidents_.contains(key)) continue;
    open(key, silent_since_ms_[i], "the server stopped to answer");
  }
  for (auto& [key, incident] : incidents_) {
    if (key.cause != Cause::server || incident.ended) continue;
    const std::size_t object = number_of(key.subject);
    if (object >= object_count() || !detector_->known(object) || !links_up_) continue;
    if (!server_answers(object)) {
      incident.well_since_ms = 0;
    } else if (incident.well_since_ms == 0) {
      incident.well_since_ms = ms_;
    } else if (ms_ - incident.well_since_ms >= server_well_ms) {
      end(incident, "the server answers again");
    }
  }
}

}  // namespace sekimori
