#include "hw/sim/virtual_card/kernel_row.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/bytes.hpp"
#include "common/card_metadata.hpp"
#include "hw/host/syn_cookie_registers.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t patience_clocks = 100'000;

/// Clocks a kernel until `done`.
template <typename Kernel, typename Condition>
void clock_until(Kernel& kernel, Condition done) {
  const std::uint64_t end = kernel.clocks() + patience_clocks;
  while (!done()) {
    if (kernel.clocks() > end) throw std::runtime_error("a frame does not leave the kernel");
    kernel.clock();
  }
}

/// Whether a frame towards the host reports SYNs that are answered, so that what became of it is
/// its SYN-ACK.
bool is_report(const Bytes& frame) {
  const std::uint8_t* const mark = frame.data() + metadata::offset;
  return (mark[metadata::at_flags] & metadata::syn_answered) != 0 &&
         load<be16>(mark + metadata::at_syns).host() != 0;
}

template <typename Sent>
std::vector<Bytes> take(Sent& sent) {
  std::vector<Bytes> frames;
  for (auto& one : sent) frames.push_back(std::move(one.frame));
  sent.clear();
  return frames;
}

}  // namespace

std::uint32_t KernelRow::count_reports() {
  namespace reg = syn_cookie_registers;
  syn_cookie_.write(reg::snapshot, 1);
  return syn_cookie_.read(reg::counters +
                          8 * static_cast<std::uint32_t>(reg::Counter::reported_frames));
}

KernelRow::Left KernelRow::run(std::vector<Bytes> frames) {
  const std::size_t count = frames.size();
  for (Bytes& frame : frames) syn_cookie_.queue(std::move(frame));
  const auto reports = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(
        syn_cookie_.sent_on, [](const auto& sent) { return is_report(sent.frame); }));
  };
  // When what became of every frame has left, all of them are judged and the reports are counted.
  clock_until(syn_cookie_, [&] {
    return syn_cookie_.sent_on.size() + syn_cookie_.sent_back.size() - reports() == count;
  });
  const std::uint32_t total = count_reports();
  const std::uint32_t made = total - std::exchange(reports_, total);
  clock_until(syn_cookie_, [&] { return reports() == made; });
  Left left{.host = {}, .wire = take(syn_cookie_.sent_back)};
  const std::size_t marked = syn_cookie_.sent_on.size();
  for (Bytes& frame : take(syn_cookie_.sent_on)) dns_suffix_.queue(std::move(frame));
  clock_until(dns_suffix_, [&] { return dns_suffix_.sent_on.size() == marked; });
  left.host = take(dns_suffix_.sent_on);
  return left;
}

}  // namespace sekimori
