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
#include "common/stats_file.hpp"

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
    if (errno != EEXIST) return stats_failure(name, std::strerror(errno));
    const OpenFile left{shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0)};
    if (!left.is_open()) {
      if (errno == ENOENT) continue;
      return stats_failure(name, std::strerror(errno));
    }
    if (!try_lock(left.get())) {
      return stats_failure(name,
                           "a running dataplane uses it; stop that or choose another instance");
    }
    if (still_named(left.get(), name)) shm_unlink(name.c_str());
  }
  return stats_failure(name, "other processes keep replacing it");
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

std::size_t StatsLayout::evidence_offset() const {
  return meters_offset(worker_count);
}

std::size_t StatsLayout::names_offset() const {
  return evidence_offset() + worker_count * sizeof(WorkerEvidence);
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
  const auto name = stats_segment_name(instance);
  if (!name) return Error{name.error()};
  if (workers == 0 || workers > stats_max_workers) {
    return stats_failure(*name, "must have 1 to " + std::to_string(stats_max_workers) + " workers");
  }
  if (object_capacity > PolicyBounds::max_objects) {
    return stats_failure(
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
    return stats_failure(
        *name, "cannot reserve " + std::to_string(bytes) + " bytes: " + std::strerror(error));
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
  header->evidence_offset = layout.evidence_offset();
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

WorkerEvidence& StatsSegment::evidence(std::uint32_t worker) {
  return reinterpret_cast<WorkerEvidence*>(mapping_.base() + layout_.evidence_offset())[worker];
}

tl::expected<void, std::string> StatsSegment::let_read(gid_t group) {
  if (fchown(mapping_.file(), static_cast<uid_t>(-1), group) != 0 ||
      fchmod(mapping_.file(), 0640) != 0) {
    return stats_failure(name_,
                         std::string{"cannot be opened to a group: "} + std::strerror(errno));
  }
  return {};
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

}  // namespace sekimori
