#include "hw/host/suffix_cuckoo.hpp"

#include <algorithm>

namespace sekimori {
namespace {

constexpr unsigned second_row_shift = 24;

/// Rows that a search for room looks at before it gives up. A table that needs more is as good as
/// full.
constexpr std::size_t search_limit = 2000;

/// What the kernel compares: 80 bits.
bool same_tag(const SuffixHash& a, const SuffixHash& b) {
  return a.tag == b.tag && a.place >> 48 == b.place >> 48;
}

bool is_free(const SuffixCuckoo::Entry& entry) {
  return entry.value == 0;
}

}  // namespace

SuffixCuckoo::SuffixCuckoo(unsigned row_bits)
    : row_bits_(std::clamp(row_bits, 1U, 24U)), rows_(2 * rows_of_half()) {}

std::array<std::size_t, 2> SuffixCuckoo::rows_of(const SuffixHash& hash) const {
  const std::size_t mask = rows_of_half() - 1;
  return {hash.place & mask, rows_of_half() + (hash.place >> second_row_shift & mask)};
}

std::optional<SuffixCuckoo::Place> SuffixCuckoo::look(const SuffixHash& hash) const {
  for (const std::size_t row : rows_of(hash)) {
    for (std::size_t slot = 0; slot < row_slots; ++slot) {
      const Entry& entry = rows_[row][slot];
      if (!is_free(entry) && same_tag(entry.hash, hash)) return Place{.row = row, .slot = slot};
    }
  }
  return std::nullopt;
}

std::uint16_t SuffixCuckoo::find(const SuffixHash& hash) const {
  const auto place = look(hash);
  return place ? rows_[place->row][place->slot].value : std::uint16_t{0};
}

/// Breadth-first, so that few suffixes move.
std::vector<SuffixCuckoo::Place> SuffixCuckoo::path_to_room(const SuffixHash& hash) const {
  struct Step {
    std::size_t row;
    std::size_t from;       // the step before
    std::size_t from_slot;  // the slot in that step's row whose entry would move here
  };
  constexpr std::size_t none = ~std::size_t{0};
  std::vector<Step> steps;
  for (const std::size_t row : rows_of(hash)) steps.push_back({row, none, 0});
  const auto seen = [&](std::size_t row) {
    return std::ranges::any_of(steps, [&](const Step& s) { return s.row == row; });
  };
  for (std::size_t i = 0; i < steps.size() && i < search_limit; ++i) {
    const Row& row = rows_[steps[i].row];
    if (const auto free = std::ranges::find_if(row, is_free); free != row.end()) {
      std::vector<Place> path{
          {.row = steps[i].row, .slot = static_cast<std::size_t>(free - row.begin())}};
      for (std::size_t at = i; steps[at].from != none; at = steps[at].from) {
        path.push_back({.row = steps[steps[at].from].row, .slot = steps[at].from_slot});
      }
      std::ranges::reverse(path);
      return path;
    }
    for (std::size_t slot = 0; slot < row_slots; ++slot) {
      const auto both = rows_of(row[slot].hash);
      const std::size_t other = both[0] == steps[i].row ? both[1] : both[0];
      if (!seen(other)) steps.push_back({other, i, slot});
    }
  }
  return {};
}

SuffixCuckoo::RowWrite SuffixCuckoo::put(const Place& place, const Entry& entry) {
  rows_[place.row][place.slot] = entry;
  return row_write(place.row);
}

SuffixCuckoo::RowWrite SuffixCuckoo::row_write(std::size_t row) const {
  RowWrite write{.second = row >= rows_of_half(),
                 .row = static_cast<std::uint32_t>(row & (rows_of_half() - 1))};
  for (std::size_t slot = 0; slot < row_slots; ++slot) {
    const Entry& entry = rows_[row][slot];
    if (is_free(entry)) continue;
    // 96 bits: the value, the tag, and the upper bits of the place.
    const std::uint64_t tag = entry.hash.tag;
    write.words[3 * slot] = entry.value | static_cast<std::uint32_t>(tag << 16);
    write.words[3 * slot + 1] = static_cast<std::uint32_t>(tag >> 16);
    write.words[3 * slot + 2] = static_cast<std::uint32_t>(tag >> 48) |
                                static_cast<std::uint32_t>(entry.hash.place >> 48 << 16);
  }
  return write;
}

SuffixCuckoo::Changes SuffixCuckoo::set(const SuffixHash& hash, std::uint16_t value) {
  if (value == 0) return tl::unexpected<std::string>{"the value 0 stands for no suffix"};
  const Entry entry{.hash = hash, .value = value};
  if (const auto place = look(hash)) {
    if (rows_[place->row][place->slot].hash != hash) {
      return tl::unexpected<std::string>{
          "two suffixes have the same hash; load the table with another key"};
    }
    return std::vector{put(*place, entry)};
  }
  const std::vector<Place> path = path_to_room(hash);
  if (path.empty()) {
    return tl::unexpected<std::string>{"the card's suffix table is full: it has " +
                                       std::to_string(size_) + " suffixes in " +
                                       std::to_string(capacity()) + " slots"};
  }
  // From the free end on: each suffix is copied to where it moves before the next one is written
  // over where it was.
  std::vector<RowWrite> changes;
  for (std::size_t i = path.size() - 1; i > 0; --i) {
    changes.push_back(put(path[i], rows_[path[i - 1].row][path[i - 1].slot]));
  }
  changes.push_back(put(path[0], entry));
  ++size_;
  return changes;
}

std::vector<SuffixCuckoo::RowWrite> SuffixCuckoo::erase(const SuffixHash& hash) {
  const auto place = look(hash);
  if (!place || rows_[place->row][place->slot].hash != hash) return {};
  --size_;
  return {put(*place, {})};
}

std::vector<SuffixCuckoo::RowWrite> SuffixCuckoo::all() const {
  std::vector<RowWrite> writes;
  writes.reserve(rows_.size());
  for (std::size_t row = 0; row < rows_.size(); ++row) writes.push_back(row_write(row));
  return writes;
}

}  // namespace sekimori
