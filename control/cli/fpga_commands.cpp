#include "control/cli/fpga_commands.hpp"

#include <cstdio>
#include <memory>

#include "control/cli/exit_status.hpp"
#include "hw/host/dns_suffix_kernel.hpp"
#include "hw/host/self_test.hpp"
#include "hw/host/syn_cookie_kernel.hpp"
#include "hw/host/xrt_card.hpp"

namespace sekimori {
namespace {

int report(const std::string& error) {
  std::fprintf(stderr, "sekictl: %s\n", error.c_str());
  return exit_failure;
}

std::string heading(const FpgaChoice& choice, const XrtCard& card) {
  return "card " + std::to_string(choice.device) + ": " + card.device_name() + ", bitstream " +
         card.bitstream_id() + "\n";
}

template <typename Counter, typename Counters>
std::string counter_lines(const Counters& counters) {
  std::string text;
  for (std::uint32_t i = 0; i < counters.size(); ++i) {
    std::string line = "  " + std::string{name(static_cast<Counter>(i))};
    line.resize(24, ' ');
    text += line + std::to_string(counters[i]) + "\n";
  }
  return text;
}

std::string view(SynCookieKernel& kernel) {
  const OffloadCapacity& capacity = kernel.capacity();
  const auto ranges = [](unsigned levels) {
    return std::to_string(std::uint64_t{1} << 2 * levels);
  };
  return "SYN cookie kernel: " + ranges(capacity.levels) + " ranges of destinations, " +
         ranges(capacity.source_levels) + " of sources, " +
         std::to_string(std::uint64_t{1} << capacity.profile_bits) + " profiles\n" +
         counter_lines<SynCookieKernel::Counter>(kernel.read_counters());
}

std::string view(DnsSuffixKernel& kernel) {
  return "DNS suffix kernel: " + std::to_string(kernel.capacity()) + " slots\n" +
         counter_lines<DnsSuffixKernel::Counter>(kernel.read_counters());
}

}  // namespace

int fpga_load_command(const FpgaChoice& choice) {
  const auto card = XrtCard::open(choice.device, choice.xclbin);
  if (!card) return report(card.error());
  std::string text = heading(choice, **card);
  for (const CardKernel kernel : card_kernels) {
    if (!(*card)->has(kernel)) continue;
    text += "  " + std::string{name(kernel).instance} + "\n";
  }
  std::fputs(text.c_str(), stdout);
  return exit_success;
}

int fpga_status_command(const FpgaChoice& choice) {
  const auto card = XrtCard::open(choice.device, choice.xclbin);
  if (!card) return report(card.error());
  std::string text = heading(choice, **card);
  if ((*card)->has(CardKernel::syn_cookie)) {
    auto kernel = SynCookieKernel::open((*card)->registers(CardKernel::syn_cookie));
    if (!kernel) return report(kernel.error());
    text += view(*kernel);
  }
  if ((*card)->has(CardKernel::dns_suffix)) {
    auto kernel = DnsSuffixKernel::open((*card)->registers(CardKernel::dns_suffix));
    if (!kernel) return report(kernel.error());
    text += view(*kernel);
  }
  std::fputs(text.c_str(), stdout);
  return exit_success;
}

int fpga_self_test_command(const FpgaChoice& choice) {
  const auto card = XrtCard::open(choice.device, choice.xclbin);
  if (!card) return report(card.error());
  for (const CardKernel kernel : card_kernels) {
    if ((*card)->has(kernel)) continue;
    return report("the bitstream has no " + std::string{name(kernel).instance} +
                  ", which the self-test needs; load one that was linked with "
                  "hw/package/self-test.cfg");
  }
  const auto passed = run_self_test(**card);
  if (!passed) return report(passed.error());
  std::fputs(heading(choice, **card).c_str(), stdout);
  std::printf("%zu frames came out of the card as software makes them\n", *passed);
  return exit_success;
}

}  // namespace sekimori
