#include "hw/host/syn_cookie_kernel.hpp"

#include "common/bytes.hpp"

namespace sekimori {

namespace reg = syn_cookie_registers;

namespace {

constexpr std::uint32_t destination_node_table = 0;
constexpr std::uint32_t destination_leaf_table = 1;
constexpr std::uint32_t profile_table = 2;
constexpr std::uint32_t source_node_table = 3;
constexpr std::uint32_t source_leaf_table = 4;

constexpr std::uint32_t flow_key_number = 4;
constexpr std::uint64_t slot_ms = cookie_slot_s * 1000;

constexpr std::uint32_t place(std::uint32_t table, std::uint32_t level, std::uint32_t index) {
  return table << 28 | level << 24 | index;
}

/// An address as a number of four words, the lowest first.
std::array<std::uint32_t, 4> words_of(const Address& address) {
  return {
      static_cast<std::uint32_t>(address.low()), static_cast<std::uint32_t>(address.low() >> 32),
      static_cast<std::uint32_t>(address.high()), static_cast<std::uint32_t>(address.high() >> 32)};
}

}  // namespace

tl::expected<SynCookieKernel, std::string> SynCookieKernel::open(RegisterAccess& registers) {
  std::string wrong = identity_complaint(registers, {.what = "SYN cookie",
                                                     .id_offset = reg::id,
                                                     .id = reg::id_value,
                                                     .version_offset = reg::version,
                                                     .version = reg::version_value});
  if (!wrong.empty()) return tl::unexpected{std::move(wrong)};
  const std::uint32_t built = registers.read(reg::capabilities);
  return SynCookieKernel{registers,
                         {.levels = built & 0xf,
                          .source_levels = built >> 4 & 0xf,
                          .profile_bits = built >> 8 & 0x1f}};
}

void SynCookieKernel::control(const Options& options) {
  registers_->write(reg::control, (options.answer ? 1U : 0U) | (options.answers_to_host ? 2U : 0U) |
                                      (options.report ? 4U : 0U));
}

void SynCookieKernel::set_time(std::uint64_t unix_ms, std::uint32_t clocks_per_ms) {
  registers_->write(reg::clocks_per_ms, clocks_per_ms);
  registers_->write(reg::time_ms, static_cast<std::uint32_t>(unix_ms));
  const auto slot = static_cast<std::uint32_t>(unix_ms / slot_ms & 0xff);
  registers_->write(reg::time_slot, slot << 24 | static_cast<std::uint32_t>(unix_ms % slot_ms));
}

void SynCookieKernel::set_cookie_key(std::uint64_t slot, const SipKey& key) {
  set_key(static_cast<std::uint32_t>(slot % cookie_key_registers), key);
}

void SynCookieKernel::set_flow_key(const SipKey& key) {
  set_key(flow_key_number, key);
}

void SynCookieKernel::set_key(std::uint32_t number, const SipKey& key) {
  write_words(*registers_, reg::key, key_words(key));
  registers_->write(reg::key_select, number);
}

void SynCookieKernel::write_table(std::uint32_t where, std::span<const std::uint32_t> words) {
  write_words(*registers_, reg::table_data, words);
  registers_->write(reg::table_write, where);
}

/// `there` is what has been written to the same bank before.
void SynCookieKernel::write_tree(const RangeTree& tree, const RangeTree* there,
                                 std::uint32_t node_table, std::uint32_t leaf_table) {
  for (std::uint32_t level = 0; level < tree.levels(); ++level) {
    const auto nodes = tree.nodes(level);
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
      if (there != nullptr && there->nodes(level)[n] == nodes[n]) continue;
      std::array<std::uint32_t, 12> words{};
      for (std::size_t k = 0; k < 3; ++k) {
        const auto key = words_of(nodes[n][k]);
        for (std::size_t i = 0; i < 4; ++i) words[4 * k + i] = key[i];
      }
      write_table(place(node_table, level, n), words);
    }
  }
  const auto leaves = tree.leaves();
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    if (there != nullptr && there->leaves()[i] == leaves[i]) continue;
    write_table(place(leaf_table, 0, i), leaves.subspan(i, 1));
  }
}

void SynCookieKernel::load(const OffloadTables& tables) {
  std::optional<OffloadTables>& there = banks_[1 - (registers_->read(reg::table_bank) & 1)];
  write_tree(tables.destinations, there ? &there->destinations : nullptr, destination_node_table,
             destination_leaf_table);
  write_tree(tables.sources, there ? &there->sources : nullptr, source_node_table,
             source_leaf_table);
  for (std::uint32_t i = 0; i < tables.profiles.size(); ++i) {
    if (there && i < there->profiles.size() && there->profiles[i] == tables.profiles[i]) continue;
    write_table(place(profile_table, 0, i), tables.profiles[i].pack());
  }
  there = tables;
  registers_->write(reg::table_swap, 1);
}

SynCookieKernel::Counters SynCookieKernel::read_counters() {
  return sekimori::read_counters<syn_cookie_registers::counter_count>(*registers_, reg::snapshot,
                                                                      reg::counters);
}

}  // namespace sekimori
