#include "hw/sim/virtual_card/kernel_row.hpp"

#include <stdexcept>

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

template <typename Sent>
std::vector<Bytes> take(Sent& sent) {
  std::vector<Bytes> frames;
  for (auto& one : sent) frames.push_back(std::move(one.frame));
  sent.clear();
  return frames;
}

}  // namespace

KernelRow::Left KernelRow::run(std::vector<Bytes> frames) {
  const std::size_t count = frames.size();
  for (Bytes& frame : frames) syn_cookie_.queue(std::move(frame));
  clock_until(syn_cookie_,
              [&] { return syn_cookie_.sent_on.size() + syn_cookie_.sent_back.size() == count; });
  Left left{.host = {}, .wire = take(syn_cookie_.sent_back)};
  const std::size_t marked = syn_cookie_.sent_on.size();
  for (Bytes& frame : take(syn_cookie_.sent_on)) dns_suffix_.queue(std::move(frame));
  clock_until(dns_suffix_, [&] { return dns_suffix_.sent_on.size() == marked; });
  left.host = take(dns_suffix_.sent_on);
  return left;
}

}  // namespace sekimori
