#include "control/link/statistics.hpp"

#include <algorithm>

namespace sekimori {
namespace {

std::uint64_t lost(const WorkerStats& stats) {
  const auto counted = [&](Counter c) { return stats.counters[static_cast<std::size_t>(c)]; };
  return stats.transmit_lost_packets + counted(Counter::handover_lost) +
         counted(Counter::generated_lost);
}

}  // namespace

void Statistics::set_objects(std::span<const std::string> names) {
  objects_.clear();
  for (std::uint32_t i = 0; i < names.size(); ++i) objects_.emplace(names[i], i);
  view_.objects.assign(names.size(), {});
  object_of_slot_.clear();
}

const DataplaneView& Statistics::look() {
  view_.samples.clear();
  view_.sources.clear();
  view_.alive = open();
  if (!view_.alive) return view_;
  reader_->snapshot_into(view_.snapshot);
  reader_->read_samples(cursor_, view_.samples);
  reader_->read_source_loads(view_.sources);
  map_slots();
  translate();
  view_.lost_packets = lost(view_.snapshot.total());
  return view_;
}

/// Opens the segment if there is none, or if the process that wrote the one at hand has ended.
bool Statistics::open() {
  if (reader_ && reader_->writer_alive()) return true;
  reader_.reset();
  auto reader = StatsReader::open(instance_);
  if (!reader) {
    view_.problem = reader.error();
    return false;
  }
  if (!reader->writer_alive()) {
    view_.problem = "the dataplane " + instance_ + " has ended";
    return false;
  }
  reader_.emplace(std::move(*reader));
  cursor_ = {};
  view_.snapshot = {};
  object_of_slot_.clear();
  std::ranges::fill(view_.objects, ObjectMeters{});
  view_.problem.clear();
  return true;
}

/// A slot keeps its name, so only new ones are looked up.
void Statistics::map_slots() {
  const auto& slots = view_.snapshot.objects;
  for (std::size_t slot = object_of_slot_.size(); slot < slots.size(); ++slot) {
    const auto known = objects_.find(slots[slot].name);
    object_of_slot_.push_back(known == objects_.end() ? no_policy_object : known->second);
  }
}

void Statistics::translate() {
  for (std::size_t slot = 0; slot < object_of_slot_.size(); ++slot) {
    const std::uint32_t object = object_of_slot_[slot];
    if (object != no_policy_object) view_.objects[object] = view_.snapshot.objects[slot].meters;
  }
  for (PacketSample& sample : view_.samples) sample.object_slot = object_of(sample.object_slot);
  for (SourceLoad& load : view_.sources) load.object_slot = object_of(load.object_slot);
}

std::uint32_t Statistics::object_of(std::uint32_t slot) const {
  return slot < object_of_slot_.size() ? object_of_slot_[slot] : no_policy_object;
}

}  // namespace sekimori
