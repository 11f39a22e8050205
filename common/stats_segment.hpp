#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/outcomes.hpp"
#include "common/policy_image.hpp"
#include "common/worker_evidence.hpp"

namespace sekimori {

// Statistics of a running dataplane in shared memory. Every field has one writer: a worker for its
// own block, the main thread for the header and the names. Readers never block a writer; each
// number is read whole, and numbers of different fields may be a moment apart.

inline constexpr std::array<char, 8> stats_magic{'S', 'E', 'K', 'I', 'S', 'T', 'A', 'T'};
inline constexpr std::uint32_t stats_layout_version = 5;
inline constexpr std::uint32_t stats_max_workers = 1024;
inline constexpr std::size_t stats_max_instance_length = 64;

/// Adds to a number that this thread alone writes and others may read.
inline void add(std::uint64_t& cell, std::uint64_t amount) {
  const std::atomic_ref<std::uint64_t> shared{cell};
  shared.store(shared.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

/// Sets a number that this thread alone writes and others may read.
inline void set(std::uint64_t& cell, std::uint64_t value) {
  std::atomic_ref<std::uint64_t>{cell}.store(value, std::memory_order_relaxed);
}

/// Reads a number that another thread or process may be writing.
inline std::uint64_t read_cell(const std::uint64_t& cell) {
  return __atomic_load_n(&cell, __ATOMIC_RELAXED);
}

/// What one worker has done. Written by that worker.
struct alignas(64) WorkerStats {
  std::uint64_t heartbeat_ns = 0;           ///< monotonic time of the last turn
  std::uint64_t transmit_lost_packets = 0;  ///< decided to be sent, refused by the port
  std::array<std::uint64_t, verdict_count> verdicts{};
  std::array<std::uint64_t, drop_reason_count> drops{};
  std::array<std::uint64_t, counter_count> counters{};

  void count(Counter c, std::uint64_t amount = 1) {
    add(counters[static_cast<std::size_t>(c)], amount);
  }
  void gauge(Counter c, std::uint64_t value) { set(counters[static_cast<std::size_t>(c)], value); }
  [[nodiscard]] std::uint64_t read(Counter c) const {
    return read_cell(counters[static_cast<std::size_t>(c)]);
  }
};

/// What one worker has seen of one object, both directions together unless said otherwise. Written
/// by that worker. What changes with every packet of a flood lies in the first cache line, and what
/// changes with the packets of connections in the third.
struct alignas(64) ObjectMeters {
  struct Traffic {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };

  /// Well-formed SYNs from outside, before any verdict; like the answers and all that was received,
  /// with those that a card has answered.
  std::uint64_t syn_received = 0;
  std::uint64_t syn_ack_sent = 0;
  std::uint64_t dropped_packets = 0;  ///< from outside, for any reason
  std::uint64_t dropped_bytes = 0;
  /// By `TrafficClass`, from outside, before any verdict.
  std::array<Traffic, traffic_class_count> received{};
  std::uint64_t passed_packets = 0;  ///< from outside, sent on to the object
  std::uint64_t passed_bytes = 0;
  std::uint64_t from_inside_packets = 0;
  std::uint64_t from_inside_bytes = 0;
  std::uint64_t cookie_valid = 0;
  std::uint64_t connections_established = 0;
  /// Sources that were entered as authenticated, for this object, and were not in the table of
  /// their worker or had expired there; in mode proxy, sources of connections that the worker did
  /// not have among its `SourceLoad`s. One that has been forgotten counts again.
  std::uint64_t new_sources = 0;
  std::uint64_t rst_received = 0;  ///< TCP from outside, before any verdict, as `syn_received`
  std::uint64_t fin_received = 0;
  std::uint64_t dns_queries = 0;  ///< UDP from outside to port 53, before any verdict

  /// What came of a class.
  [[nodiscard]] const Traffic& of(TrafficClass c) const {
    return received[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] Traffic& of(TrafficClass c) { return received[static_cast<std::size_t>(c)]; }
};
static_assert(offsetof(ObjectMeters, received) + 2 * sizeof(ObjectMeters::Traffic) == 64,
              "all traffic and TCP are counted in the first line");
static_assert(offsetof(ObjectMeters, passed_packets) == 128 && sizeof(ObjectMeters) == 256);

/// What is known about the card in front of the outside port.
enum class CardState : std::uint8_t {
  none,      ///< there is none
  silent,    ///< nothing has come through it yet
  working,   ///< frames come with its metadata
  bypassed,  ///< frames come without: it has failed or is passed by, and software does its work
};
inline constexpr std::array<std::string_view, 4> card_state_names{"none", "silent", "working",
                                                                  "bypassed"};

/// Where the parts lie. Written once by the main thread before the magic, which makes the segment
/// valid.
struct StatsHeader {
  std::atomic<std::uint64_t> magic{0};
  std::uint32_t layout_version = stats_layout_version;
  std::uint32_t worker_count = 0;
  std::uint32_t verdict_count = 0;
  std::uint32_t drop_reason_count = 0;
  std::uint32_t counter_count = 0;
  std::uint32_t object_capacity = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t workers_offset = 0;
  std::uint64_t meters_offset = 0;
  std::uint64_t evidence_offset = 0;
  std::uint64_t names_offset = 0;
  std::uint64_t process_id = 0;
  std::uint64_t started_unix_ns = 0;
  // From here on the main thread writes while the dataplane runs.
  std::uint64_t heartbeat_unix_ns = 0;
  std::uint64_t policy_generation = 0;  ///< counts the policies applied since start
  std::uint64_t policy_id = 0;          ///< first 8 bytes of the policy's digest, big-endian
  std::uint64_t object_count = 0;       ///< object slots in use; names behind it are not valid
  std::uint64_t outside_link_up = 0;    ///< 1 or 0
  std::uint64_t inside_link_up = 0;
  std::uint64_t card_state = 0;      ///< a `CardState`
  std::uint64_t card_policy_id = 0;  ///< as `policy_id`, of the card's; 0 is none that we know of
  std::uint64_t measures_revision = 0;  ///< of the set that control set last; 0 is none
  std::uint64_t measures_in_force = 0;
  std::uint64_t management_heartbeat_unix_ns = 0;  ///< last call of control; 0 is never
  std::uint64_t cookie_keys_own = 0;  ///< cookie slots for which control had sent no key
};

struct ObjectName {
  std::array<char, PolicyBounds::max_name_length + 1> text{};
};

/// What `StatsReader` takes out of a segment in one pass.
struct StatsSnapshot {
  std::uint64_t process_id = 0;
  std::uint64_t started_unix_ns = 0;
  std::uint64_t heartbeat_unix_ns = 0;
  std::uint64_t policy_generation = 0;
  std::uint64_t policy_id = 0;
  bool outside_link_up = false;
  bool inside_link_up = false;
  CardState card_state = CardState::none;
  std::uint64_t card_policy_id = 0;  ///< by which the card answers; 0 when we have given it none
  std::uint64_t measures_revision = 0;
  std::uint64_t measures_in_force = 0;
  std::uint64_t management_heartbeat_unix_ns = 0;  ///< 0 when control has never called
  std::uint64_t cookie_keys_own = 0;
  std::vector<WorkerStats> workers;
  struct Object {
    std::string name;
    ObjectMeters meters;  ///< summed over the workers
  };
  std::vector<Object> objects;

  /// All workers added up; the heartbeat is the oldest.
  [[nodiscard]] WorkerStats total() const;
};

/// Where the parts of a segment lie. It follows from the two numbers alone, so a reader can check
/// what a header says.
struct StatsLayout {
  std::uint32_t worker_count = 0;
  std::uint32_t object_capacity = 0;

  [[nodiscard]] std::size_t workers_offset() const;
  [[nodiscard]] std::size_t meters_offset() const;
  /// Meters lie worker by worker, each with all object slots.
  [[nodiscard]] std::size_t meters_offset(std::uint32_t worker) const;
  [[nodiscard]] std::size_t evidence_offset() const;
  [[nodiscard]] std::size_t names_offset() const;
  [[nodiscard]] std::size_t segment_bytes() const;
};

/// A mapping of a segment with the open file behind it. Whoever made the segment holds a write lock
/// on the file, which the kernel takes away with the process; so a segment without a lock is one
/// that a dead process left, whatever its process number is used for now.
class StatsMapping {
 public:
  StatsMapping() = default;
  StatsMapping(int file, std::byte* base, std::size_t size)
      : file_(file), base_(base), size_(size) {}
  StatsMapping(StatsMapping&& other) noexcept;
  StatsMapping& operator=(StatsMapping&&) = delete;
  ~StatsMapping();

  [[nodiscard]] int file() const { return file_; }
  [[nodiscard]] std::byte* base() const { return base_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  int file_ = -1;
  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
};

/// The segment as the dataplane makes it: mode 0600, replaced if a dead process left one, removed
/// at the end.
class StatsSegment {
 public:
  /// Makes `/dev/shm/sekimori-<instance>`; `instance` is letters, digits, '-' and '_'. Refuses when
  /// the process that made an existing one is alive. All memory is reserved here, so that a full
  /// /dev/shm is an error now and not a fault in a worker later.
  static tl::expected<StatsSegment, std::string> create(const std::string& instance,
                                                        std::uint32_t workers,
                                                        std::uint32_t object_capacity);
  StatsSegment(StatsSegment&& other) noexcept;
  StatsSegment& operator=(StatsSegment&&) = delete;
  ~StatsSegment();

  [[nodiscard]] StatsHeader& header();
  [[nodiscard]] WorkerStats& worker(std::uint32_t index);
  /// The meters of all object slots, for one worker to write.
  [[nodiscard]] std::span<ObjectMeters> meters(std::uint32_t worker);
  [[nodiscard]] WorkerEvidence& evidence(std::uint32_t worker);
  /// Names an object slot and makes it visible to readers. Slots are named in order from 0; a name
  /// once given stays with its slot.
  void publish_name(std::uint32_t slot, std::string_view name);
  /// Lets a group read the segment, besides its owner; it stays without the right to write.
  tl::expected<void, std::string> let_read(gid_t group);

 private:
  StatsSegment(StatsMapping mapping, StatsLayout layout, std::string name)
      : mapping_(std::move(mapping)), layout_(layout), name_(std::move(name)) {}

  StatsMapping mapping_;
  StatsLayout layout_;
  std::string name_;  ///< as shm_open takes it; empty after a move
};

/// How far a reader has read the samples of each worker. A new one begins with the oldest samples
/// that are still there.
struct SampleCursor {
  std::vector<std::uint64_t> next;  ///< by worker
};

/// Reads a segment, which may be of another version or damaged: everything is checked before use.
class StatsReader {
 public:
  /// The error says whether no dataplane of that name runs, the segment is of another build, or it
  /// is damaged.
  static tl::expected<StatsReader, std::string> open(const std::string& instance);

  /// Whether the process that made the segment still lives.
  [[nodiscard]] bool writer_alive() const;
  [[nodiscard]] StatsSnapshot snapshot() const;
  /// The same into a snapshot that was taken before, whose memory is used again. Names are read
  /// only if there are others than when it was taken.
  void snapshot_into(StatsSnapshot& snapshot) const;

  /// Appends the samples that were taken since the cursor, worker by worker, and moves it on.
  /// Returns how many of them were overwritten before they could be read.
  std::uint64_t read_samples(SampleCursor& cursor, std::vector<PacketSample>& samples) const;
  /// Replaces `loads` with what all workers have counted for each source and object, in the order
  /// of object slots and sources. An entry that its worker replaces during the call may be missing.
  void read_source_loads(std::vector<SourceLoad>& loads) const;

 private:
  StatsReader(StatsMapping mapping, StatsLayout layout)
      : mapping_(std::move(mapping)), layout_(layout) {}

  [[nodiscard]] std::span<const WorkerEvidence> evidence() const;

  StatsMapping mapping_;
  StatsLayout layout_;
};

}  // namespace sekimori
