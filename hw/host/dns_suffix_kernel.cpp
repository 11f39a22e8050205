#include "hw/host/dns_suffix_kernel.hpp"

#include <utility>

namespace sekimori {

namespace reg = dns_suffix_registers;

namespace {

constexpr std::uint32_t row_bits_mask = 0x1f;
constexpr std::uint32_t second_half = 1U << 31;

}  // namespace

tl::expected<DnsSuffixKernel, std::string> DnsSuffixKernel::open(RegisterAccess& registers) {
  std::string wrong = identity_complaint(registers, {.what = "DNS suffix",
                                                     .id_offset = reg::id,
                                                     .id = reg::id_value,
                                                     .version_offset = reg::version,
                                                     .version = reg::version_value});
  if (!wrong.empty()) return tl::unexpected{std::move(wrong)};
  const unsigned row_bits = registers.read(reg::capabilities) & row_bits_mask;
  if (row_bits < 1 || row_bits > 24) {
    return tl::unexpected<std::string>{"the DNS suffix kernel says that its table has 2^" +
                                       std::to_string(row_bits) +
                                       " rows, which cannot be; is the card in order?"};
  }
  return DnsSuffixKernel{registers, row_bits};
}

void DnsSuffixKernel::enable(bool wanted) {
  registers_->write(reg::control, wanted ? 1 : 0);
}

tl::expected<void, std::string> DnsSuffixKernel::load(
    const SipKey& key, std::span<const SuffixCuckoo::Entry> suffixes) {
  SuffixCuckoo table{row_bits_};
  for (const SuffixCuckoo::Entry& suffix : suffixes) {
    if (auto added = table.set(suffix.hash, suffix.value); !added) {
      return tl::unexpected{std::move(added.error())};
    }
  }
  enable(false);
  table_ = std::move(table);
  write_words(*registers_, reg::key, key_words(key));
  write(table_.all());
  enable(true);
  return {};
}

tl::expected<void, std::string> DnsSuffixKernel::set(const SuffixHash& hash, std::uint16_t value) {
  const auto rows = table_.set(hash, value);
  if (!rows) return tl::unexpected{rows.error()};
  write(*rows);
  return {};
}

void DnsSuffixKernel::erase(const SuffixHash& hash) {
  write(table_.erase(hash));
}

void DnsSuffixKernel::write(std::span<const SuffixCuckoo::RowWrite> rows) {
  for (const SuffixCuckoo::RowWrite& row : rows) {
    write_words(*registers_, reg::table_data, row.words);
    registers_->write(reg::table_write, (row.second ? second_half : 0) | row.row);
  }
}

DnsSuffixKernel::Counters DnsSuffixKernel::read_counters() {
  return sekimori::read_counters<reg::counter_count>(*registers_, reg::snapshot, reg::counters);
}

}  // namespace sekimori
