#pragma once

#include <functional>
#include <span>

#include "control/diagnose/sample_memory.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

/// Fills the incident's sources, ports, shapes and sample packets. Times of the samples are the
/// dataplane's. `proved` says whether a source has proved itself to one of the incident's objects.
void show_samples(std::span<const KeptSample* const> samples,
                  const std::function<bool(const Address&)>& proved, Incident& incident);

}  // namespace sekimori
