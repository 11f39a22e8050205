#include "common/stats_segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>

#include "common/clock.hpp"

namespace sekimori {
namespace {

using Error = tl::unexpected<std::string>;

constexpr std::size_t part_alignment = 64;
constexpr std::uint64_t magic_value = std::bit_cast<std::uint64_t>(stats_magic);

static_assert(sizeof(WorkerStats) % part_alignment == 0);
static_assert(sizeof(ObjectMeters) % part_alignment == 0);
static_assert(sizeof(ObjectName) % part_alignment == 0);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + part_alignment - 1) / part_alignment * part_alignment;
}

/// Reads a number that another process may be writing.
std::uint64_t read_cell(const std::uint64_t& cell) {
  return __atomic_load_n(&cell, __ATOMIC_RELAXED);
}

/// The name for shm_open, or why `instance` is none.
tl::expected<std::string, std::string> segment_name(const std::string& instance) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (instance.empty() || instance.size() > stats_max_instance_length ||
      !std::ranges::all_of(instance, allowed)) {
    return Error{"instance name '" + instance + "': must be 1 to " +
                 std::to_string(stats_max_instance_length) +
                 " letters, digits, '-' or '_', for example 'default'"};
  }
  return "/sekimori-" + instance;
}

Error failure(const std::string& name, const std::string& why) {
  return Error{"/dev/shm" + name + ": " + why};
}

/// An open file that is closed at the end of its scope unless it was released. No file is -1.
class OpenFile {
 public:
  explicit OpenFile(int file) : file_(file) {}
  OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }
  [[nodiscard]] int get() const { return file_; }
  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  int release() { return std::exchange(file_, -1); }

 private:
  int file_;
};

/// Open-file-description locks belong to the open file and not to the process, so they also hold
/// between two segments of one process.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool try_lock(int file) {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

bool locked_by_another(int file) {
  struct flock lock = whole_file(F_RDLCK);
  return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/// Whether the name still means this file; another process may have replaced it since it was
/// opened.
bool still_named(int file, const std::string& name) {
  const OpenFile current{shm_open(name.c_str(), O_RDONLY | O_CLOEXEC, 0)};
  struct stat ours {};
  struct stat theirs {};
  return current.is_open() && fstat(file, &ours) == 0 && fstat(current.get(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/// A new file of that name, locked by us. Only who holds the lock may remove the name, and every
/// step is checked after the lock is held, so two processes that start together cannot both win.
tl::expected<OpenFile, std::string> create_locked(const std::string& name) {
  constexpr int attempts = 16;
  for (int i = 0; i < attempts; ++i) {
    OpenFile made{shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (made.is_open()) {
      if (try_lock(made.get()) && still_named(made.get(), name)) return made;
      continue;
    }
    if (errno != EEXIST) return failure(name, std::strerror(errno));
    const OpenFile left{shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0)};
    if (!left.is_open()) {
      if (errno == ENOENT) continue;
      return failure(name, std::strerror(errno));
    }
    if (!try_lock(left.get())) {
      return failure(name, "a running dataplane uses it; stop that or choose another instance");
    }
    if (still_named(left.get(), name)) shm_unlink(name.c_str());
  }
  return failure(name, "other processes keep replacing it");
}

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
  for (const auto member : {&ObjectMeters::dropped_packets, &ObjectMeters::dropped_bytes,
                            &ObjectMeters::syn_received, &ObjectMeters::syn_ack_sent,
                            &ObjectMeters::cookie_valid, &ObjectMeters::connections_established,
                            &ObjectMeters::from_inside_packets, &ObjectMeters::from_inside_bytes}) {
    to.*member += read_cell(from.*member);
  }
}

}  // namespace

std::size_t StatsLayout::workers_offset() const {
  return aligned(sizeof(StatsHeader));
}

std::size_t StatsLayout::meters_offset() const {
  return workers_offset() + worker_count * sizeof(WorkerStats);
}

std::size_t StatsLayout::meters_offset(std::uint32_t worker) const {
  return meters_offset() + std::size_t{worker} * object_capacity * sizeof(ObjectMeters);
}

std::size_t StatsLayout::names_offset() const {
  return meters_offset(worker_count);
}

std::size_t StatsLayout::segment_bytes() const {
  return names_offset() + object_capacity * sizeof(ObjectName);
}

StatsMapping::StatsMapping(StatsMapping&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      base_(std::exchange(other.base_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

StatsMapping::~StatsMapping() {
  if (base_ != nullptr) munmap(base_, size_);
  if (file_ >= 0) close(file_);
}

tl::expected<StatsSegment, std::string> StatsSegment::create(const std::string& instance,
                                                             std::uint32_t workers,
                                                             std::uint32_t object_capacity) {
  const auto name = segment_name(instance);
  if (!name) return Error{name.error()};
  if (workers == 0 || workers > stats_max_workers) {
    return failure(*name, "must have 1 to " + std::to_string(stats_max_workers) + " workers");
  }
  if (object_capacity > PolicyBounds::max_objects) {
    return failure(
        *name, "must have at most " + std::to_string(PolicyBounds::max_objects) + " object slots");
  }
  auto file = create_locked(*name);
  if (!file) return Error{file.error()};

  const StatsLayout layout{workers, object_capacity};
  const std::size_t bytes = layout.segment_bytes();
  int error = posix_fallocate(file->get(), 0, static_cast<off_t>(bytes));
  void* base = MAP_FAILED;
  if (error == 0) {
    base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
    if (base == MAP_FAILED) error = errno;
  }
  if (error != 0) {
    shm_unlink(name->c_str());
    return failure(*name,
                   "cannot reserve " + std::to_string(bytes) + " bytes: " + std::strerror(error));
  }
  StatsSegment segment{StatsMapping{file->release(), static_cast<std::byte*>(base), bytes}, layout,
                       *name};
  auto* header = new (base) StatsHeader;
  header->worker_count = workers;
  header->verdict_count = verdict_count;
  header->drop_reason_count = drop_reason_count;
  header->counter_count = counter_count;
  header->object_capacity = object_capacity;
  header->segment_bytes = bytes;
  header->workers_offset = layout.workers_offset();
  header->meters_offset = layout.meters_offset();
  header->names_offset = layout.names_offset();
  header->process_id = static_cast<std::uint64_t>(getpid());
  header->started_unix_ns = read_clock().unix_ns;
  header->heartbeat_unix_ns = header->started_unix_ns;
  header->magic.store(magic_value, std::memory_order_release);
  return segment;
}

StatsSegment::StatsSegment(StatsSegment&& other) noexcept
    : mapping_(std::move(other.mapping_)),
      layout_(other.layout_),
      name_(std::exchange(other.name_, {})) {}

StatsSegment::~StatsSegment() {
  if (!name_.empty()) shm_unlink(name_.c_str());
}

StatsHeader& StatsSegment::header() {
  return *std::launder(reinterpret_cast<StatsHeader*>(mapping_.base()));
}

WorkerStats& StatsSegment::worker(std::uint32_t index) {
  return reinterpret_cast<WorkerStats*>(mapping_.base() + layout_.workers_offset())[index];
}

std::span<ObjectMeters> StatsSegment::meters(std::uint32_t worker) {
  return {reinterpret_cast<ObjectMeters*>(mapping_.base() + layout_.meters_offset(worker)),
          layout_.object_capacity};
}

void StatsSegment::publish_name(std::uint32_t slot, std::string_view name) {
  auto* names = reinterpret_cast<ObjectName*>(mapping_.base() + layout_.names_offset());
  auto& text = names[slot].text;
  const std::size_t length = std::min(name.size(), text.size() - 1);
  std::ranges::copy(name.substr(0, length), text.begin());
  const std::atomic_ref<std::uint64_t> count{header().object_count};
  if (slot >= count.load(std::memory_order_relaxed)) {
    count.store(slot + 1, std::memory_order_release);
  }
}

tl::expected<StatsReader, std::string> StatsReader::open(const std::string& instance) {
  const auto name = segment_name(instance);
  if (!name) return Error{name.error()};
  OpenFile file{shm_open(name->c_str(), O_RDONLY | O_CLOEXEC, 0)};
  if (!file.is_open()) {
    if (errno == ENOENT) return failure(*name, "no dataplane with this instance name is running");
    return failure(*name, std::strerror(errno));
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failure(*name, std::strerror(errno));
  const auto bytes = static_cast<std::size_t>(status.st_size);
  if (bytes < sizeof(StatsHeader)) return failure(*name, "damaged: shorter than its header");
  void* base = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (base == MAP_FAILED) return failure(*name, std::strerror(errno));
  StatsMapping mapping{file.release(), static_cast<std::byte*>(base), bytes};

  const auto& header = *static_cast<const StatsHeader*>(base);
  if (header.magic.load(std::memory_order_acquire) != magic_value) {
    return failure(*name, "not a Sekimori statistics segment, or not complete yet");
  }
  if (const std::string fault = header_fault(header, bytes); !fault.empty()) {
    return failure(*name, fault);
  }
  return StatsReader{std::move(mapping), {header.worker_count, header.object_capacity}};
}

bool StatsReader::writer_alive() const {
  return locked_by_another(mapping_.file());
}

StatsSnapshot StatsReader::snapshot() const {
  const std::byte* base = mapping_.base();
  const auto& header = *reinterpret_cast<const StatsHeader*>(base);
  StatsSnapshot result{.process_id = header.process_id,
                       .started_unix_ns = header.started_unix_ns,
                       .heartbeat_unix_ns = read_cell(header.heartbeat_unix_ns),
                       .policy_generation = read_cell(header.policy_generation),
                       .policy_id = read_cell(header.policy_id),
                       .workers = {},
                       .objects = {}};

  const auto* workers = reinterpret_cast<const WorkerStats*>(base + layout_.workers_offset());
  result.workers.resize(layout_.worker_count);
  for (std::uint32_t w = 0; w < layout_.worker_count; ++w) {
    result.workers[w].heartbeat_ns = read_cell(workers[w].heartbeat_ns);
    add_worker(result.workers[w], workers[w]);
  }

  // Acquired before the names, which were written before the count that covers them.
  const std::uint64_t named = __atomic_load_n(&header.object_count, __ATOMIC_ACQUIRE);
  const auto* names = reinterpret_cast<const ObjectName*>(base + layout_.names_offset());
  result.objects.resize(std::min<std::uint64_t>(named, layout_.object_capacity));
  for (std::size_t slot = 0; slot < result.objects.size(); ++slot) {
    const auto& text = names[slot].text;
    result.objects[slot].name.assign(text.begin(), std::ranges::find(text, '\0'));
    for (std::uint32_t w = 0; w < layout_.worker_count; ++w) {
      const auto* meters = reinterpret_cast<const ObjectMeters*>(base + layout_.meters_offset(w));
      add_meters(result.objects[slot].meters, meters[slot]);
    }
  }
  return result;
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
