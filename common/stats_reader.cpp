#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "common/stats_file.hpp"
#include "common/stats_segment.hpp"

namespace sekimori {
namespace {

using Error = tl::unexpected<std::string>;

/// What is wrong with the header of a mapped segment, or nothing.
std::string header_fault(const StatsHeader& header, std::size_t file_bytes) {
  const auto differs = [](std::string_view what, std::uint64_t theirs, std::uint64_t ours) {
    return std::string{what} + " is " + std::to_string(theirs) + ", this build reads " +
           std::to_string(ours) + "; use the sekictl of the running dataplane's build";
  };
  if (header.layout_version != stats_layout_version) {
    return differs("layout version", header.layout_version, stats_layout_version);
  }
  if (header.verdict_count != verdict_count) {
    return differs("number of verdicts", header.verdict_count, verdict_count);
  }
  if (header.drop_reason_count != drop_reason_count) {
    return differs("number of drop reasons", header.drop_reason_count, drop_reason_count);
  }
  if (header.counter_count != counter_count) {
    return differs("number of counters", header.counter_count, counter_count);
  }
  if (header.worker_count == 0 || header.worker_count > stats_max_workers) {
    return "damaged: the number of workers is out of range";
  }
  if (header.object_capacity > PolicyBounds::max_objects) {
    return "damaged: the number of object slots is out of range";
  }
  const StatsLayout layout{header.worker_count, header.object_capacity};
  if (header.workers_offset != layout.workers_offset() ||
      header.meters_offset != layout.meters_offset() ||
      header.evidence_offset != layout.evidence_offset() ||
      header.names_offset != layout.names_offset() ||
      header.segment_bytes != layout.segment_bytes()) {
    return "damaged: its parts do not lie where they should";
  }
  if (file_bytes != layout.segment_bytes()) return "damaged: it was cut or extended";
  return {};
}

template <std::size_t n>
void add_cells(std::array<std::uint64_t, n>& to, const std::array<std::uint64_t, n>& from) {
  for (std::size_t i = 0; i < n; ++i) to[i] += read_cell(from[i]);
}

void add_worker(WorkerStats& to, const WorkerStats& from) {
  to.transmit_lost_packets += read_cell(from.transmit_lost_packets);
  add_cells(to.verdicts, from.verdicts);
  add_cells(to.drops, from.drops);
  add_cells(to.counters, from.counters);
}

void add_meters(ObjectMeters& to, const ObjectMeters& from) {
  for (std::size_t c = 0; c < traffic_class_count; ++c) {
    to.received[c].packets += read_cell(from.received[c].packets);
    to.received[c].bytes += read_cell(from.received[c].bytes);
  }
  for (const auto member :
       {&ObjectMeters::syn_received, &ObjectMeters::syn_ack_sent, &ObjectMeters::dropped_packets,
        &ObjectMeters::dropped_bytes, &ObjectMeters::passed_packets, &ObjectMeters::passed_bytes,
        &ObjectMeters::from_inside_packets, &ObjectMeters::from_inside_bytes,
        &ObjectMeters::cookie_valid, &ObjectMeters::connections_established,
        &ObjectMeters::new_sources, &ObjectMeters::rst_received, &ObjectMeters::fin_received,
        &ObjectMeters::dns_queries}) {
    to.*member += read_cell(from.*member);
  }
}

/// What a record must keep to before anybody uses it as an index or a length.
bool possible(const PacketSample& sample, const StatsLayout& layout) {
  return sample.object_slot < layout.object_capacity &&
         sample.captured_bytes <= PacketSample::max_captured &&
         static_cast<std::size_t>(sample.verdict) < verdict_count &&
         static_cast<std::size_t>(sample.reason) < drop_reason_count;
}

bool possible(const SourceLoad& load, const StatsLayout& layout) {
  return load.object_slot < layout.object_capacity &&
         (load.packets | load.bytes | load.connections) != 0;
}

void read_header(const StatsHeader& header, StatsSnapshot& snapshot) {
  snapshot.process_id = header.process_id;
  snapshot.started_unix_ns = header.started_unix_ns;
  snapshot.heartbeat_unix_ns = read_cell(header.heartbeat_unix_ns);
  snapshot.policy_generation = read_cell(header.policy_generation);
  snapshot.policy_id = read_cell(header.policy_id);
  snapshot.outside_link_up = read_cell(header.outside_link_up) != 0;
  snapshot.inside_link_up = read_cell(header.inside_link_up) != 0;
  const std::uint64_t card = read_cell(header.card_state);
  snapshot.card_state =
      card < card_state_names.size() ? CardState{static_cast<std::uint8_t>(card)} : CardState::none;
  snapshot.card_policy_id = read_cell(header.card_policy_id);
  snapshot.measures_revision = read_cell(header.measures_revision);
  snapshot.measures_in_force = read_cell(header.measures_in_force);
  snapshot.management_heartbeat_unix_ns = read_cell(header.management_heartbeat_unix_ns);
  snapshot.cookie_keys_own = read_cell(header.cookie_keys_own);
}

}  // namespace

tl::expected<StatsReader, std::string> StatsReader::open(const std::string& instance) {
  const auto name = stats_segment_name(instance);
  if (!name) return Error{name.error()};
  OpenFile file{shm_open(name->c_str(), O_RDONLY | O_CLOEXEC, 0)};
  if (!file.is_open()) {
    if (errno == ENOENT)
      return stats_failure(*name, "no dataplane with this instance name is running");
    return stats_failure(*name, std::strerror(errno));
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return stats_failure(*name, std::strerror(errno));
  const auto bytes = static_cast<std::size_t>(status.st_size);
  if (bytes < sizeof(StatsHeader)) return stats_failure(*name, "damaged: shorter than its header");
  void* base = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (base == MAP_FAILED) return stats_failure(*name, std::strerror(errno));
  StatsMapping mapping{file.release(), static_cast<std::byte*>(base), bytes};

  const auto& header = *static_cast<const StatsHeader*>(base);
  if (header.magic.load(std::memory_order_acquire) != std::bit_cast<std::uint64_t>(stats_magic)) {
    return stats_failure(*name, "not a Sekimori statistics segment, or not complete yet");
  }
  if (const std::string fault = header_fault(header, bytes); !fault.empty()) {
    return stats_failure(*name, fault);
  }
  return StatsReader{std::move(mapping), {header.worker_count, header.object_capacity}};
}

bool StatsReader::writer_alive() const {
  return locked_by_another(mapping_.file());
}

StatsSnapshot StatsReader::snapshot() const {
  StatsSnapshot result;
  snapshot_into(result);
  return result;
}

void StatsReader::snapshot_into(StatsSnapshot& snapshot) const {
  const std::byte* base = mapping_.base();
  const auto& header = *reinterpret_cast<const StatsHeader*>(base);
  const bool same_segment = snapshot.process_id == header.process_id &&
                            snapshot.started_unix_ns == header.started_unix_ns;
  read_header(header, snapshot);

  const auto* workers = reinterpret_cast<const WorkerStats*>(base + layout_.workers_offset());
  snapshot.workers.assign(layout_.worker_count, WorkerStats{});
  for (std::uint32_t w = 0; w < layout_.worker_count; ++w) {
    snapshot.workers[w].heartbeat_ns = read_cell(workers[w].heartbeat_ns);
    add_worker(snapshot.workers[w], workers[w]);
  }

  // Acquired before the names, which were written before the count that covers them.
  const std::size_t named = std::min<std::uint64_t>(
      __atomic_load_n(&header.object_count, __ATOMIC_ACQUIRE), layout_.object_capacity);
  const std::size_t known = same_segment ? std::min(snapshot.objects.size(), named) : 0;
  snapshot.objects.resize(named);
  const auto* names = reinterpret_cast<const ObjectName*>(base + layout_.names_offset());
  for (std::size_t slot = known; slot < named; ++slot) {
    const auto& text = names[slot].text;
    snapshot.objects[slot].name.assign(text.begin(), std::ranges::find(text, '\0'));
  }
  for (StatsSnapshot::Object& object : snapshot.objects) object.meters = {};
  for (std::uint32_t w = 0; w < layout_.worker_count; ++w) {
    const auto* meters = reinterpret_cast<const ObjectMeters*>(base + layout_.meters_offset(w));
    for (std::size_t slot = 0; slot < named; ++slot) {
      add_meters(snapshot.objects[slot].meters, meters[slot]);
    }
  }
}

std::span<const WorkerEvidence> StatsReader::evidence() const {
  const std::byte* place = mapping_.base() + layout_.evidence_offset();
  return {reinterpret_cast<const WorkerEvidence*>(place), layout_.worker_count};
}

std::uint64_t StatsReader::read_samples(SampleCursor& cursor,
                                        std::vector<PacketSample>& samples) const {
  std::uint64_t missed = 0;
  cursor.next.resize(layout_.worker_count, 0);
  for (std::uint32_t w = 0; w < layout_.worker_count; ++w) {
    const WorkerEvidence& worker = evidence()[w];
    const std::uint64_t taken = __atomic_load_n(&worker.samples_taken, __ATOMIC_ACQUIRE);
    const std::uint64_t oldest = taken - std::min<std::uint64_t>(taken, stats_sample_slots);
    std::uint64_t& next = cursor.next[w];
    // A cursor of another segment may be ahead of this one.
    if (next > taken) next = oldest;
    if (next < oldest) {
      missed += oldest - next;
      next = oldest;
    }
    for (; next < taken; ++next) {
      PacketSample sample;
      const std::uint64_t number = worker.samples[next % stats_sample_slots].read(sample);
      if (number == next + 1 && possible(sample, layout_)) {
        samples.push_back(sample);
      } else {
        ++missed;
      }
    }
  }
  return missed;
}

void StatsReader::read_source_loads(std::vector<SourceLoad>& loads) const {
  loads.clear();
  for (const WorkerEvidence& worker : evidence()) {
    for (const WorkerEvidence::Source& source : worker.sources) {
      // The worker changes an entry for some nanoseconds now and then.
      constexpr int attempts = 8;
      SourceLoad load;
      bool read = false;
      for (int i = 0; i < attempts && !read; ++i) read = source.read(load) != 0;
      if (read && possible(load, layout_)) loads.push_back(load);
    }
  }
  const auto key = [](const SourceLoad& load) { return std::tuple{load.object_slot, load.source}; };
  std::ranges::sort(loads, {}, key);
  std::size_t merged = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (merged != 0 && key(loads[merged - 1]) == key(loads[i])) {
      loads[merged - 1].packets += loads[i].packets;
      loads[merged - 1].bytes += loads[i].bytes;
      loads[merged - 1].connections += loads[i].connections;
    } else {
      loads[merged++] = loads[i];
    }
  }
  loads.resize(merged);
}

WorkerStats StatsSnapshot::total() const {
  WorkerStats sum;
  if (workers.empty()) return sum;
  sum.heartbeat_ns = std::ranges::min(workers, {}, &WorkerStats::heartbeat_ns).heartbeat_ns;
  for (const WorkerStats& worker : workers) {
    add_worker(sum, worker);
  }
  return sum;
}

}  // namespace sekimori
