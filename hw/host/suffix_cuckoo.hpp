#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/suffix_hash.hpp"

namespace sekimori {

/// The suffix table of the DNS kernel (hw/rtl/dns/suffix_table.sv), kept by the host: cuckoo
/// hashing in two halves with rows of three slots (Pagh and Rodler, 2004; Erlingsson, Manasse and
/// McSherry, 2006). A change is a list of rows to be written in order, each at once; between any
/// two of them every suffix that is there before and after the change is in one of its rows.
class SuffixCuckoo {
 public:
  static constexpr std::size_t row_slots = 3;
  static constexpr std::size_t row_words = 9;

  struct Entry {
    SuffixHash hash;
    std::uint16_t value = 0;  ///< 0: free
  };
  struct RowWrite {
    bool second = false;  ///< of the two halves
    std::uint32_t row = 0;
    std::array<std::uint32_t, row_words> words{};  ///< as the kernel takes them
  };
  using Changes = tl::expected<std::vector<RowWrite>, std::string>;

  /// A table without suffixes of 2^`row_bits` rows in each half; `row_bits` is 1 to 24.
  explicit SuffixCuckoo(unsigned row_bits);

  /// Adds a suffix, or gives it another value. Fails, and changes nothing, when there is no room,
  /// or when another suffix cannot be told from it.
  [[nodiscard]] Changes set(const SuffixHash& hash, std::uint16_t value);
  /// Takes a suffix out. No rows if it is not there.
  [[nodiscard]] std::vector<RowWrite> erase(const SuffixHash& hash);
  /// All rows, to be written before lookups begin.
  [[nodiscard]] std::vector<RowWrite> all() const;

  /// The value found as the kernel finds it, or 0.
  [[nodiscard]] std::uint16_t find(const SuffixHash& hash) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return 2 * row_slots * rows_of_half(); }

 private:
  using Row = std::array<Entry, row_slots>;
  struct Place {
    std::size_t row = 0;  ///< those of the second half follow those of the first
    std::size_t slot = 0;
  };

  [[nodiscard]] std::size_t rows_of_half() const { return std::size_t{1} << row_bits_; }
  [[nodiscard]] std::array<std::size_t, 2> rows_of(const SuffixHash& hash) const;
  /// Where an entry with the tag of this hash is.
  [[nodiscard]] std::optional<Place> look(const SuffixHash& hash) const;
  /// Where a new suffix can go, and through which places the others have to move for it, the free
  /// one last.
  [[nodiscard]] std::vector<Place> path_to_room(const SuffixHash& hash) const;
  RowWrite put(const Place& place, const Entry& entry);
  [[nodiscard]] RowWrite row_write(std::size_t row) const;

  unsigned row_bits_;
  std::size_t size_ = 0;
  std::vector<Row> rows_;
};

}  // namespace sekimori
