#include "bench/peers/measure.hpp"

#include "bench/peers/cpu_time.hpp"
#include "bench/peers/kernel_boxes.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::bench {
namespace {

using lab::Lab;
using lab::LabError;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr unsigned generator_cpu = 0;
/// SYNs under way: less than the ports' rings (of 2,048) have room for, so that the worker always
/// finds some and none is lost.
constexpr std::uint32_t window = 1536;
constexpr milliseconds warm_up{100};

template <class Kernel>
struct KernelBox : Box {
  explicit KernelBox(const Lab& lab) : kernel(lab) {}
  Kernel kernel;
};

class SekimoriBox : public Box {
 public:
  SekimoriBox(const Lab& lab, const lab::DataplaneOptions& options)
      : dataplane_(lab, lab::policy_for_server("proxy"), options) {}
  SekimoriBox(const SekimoriBox&) = delete;
  SekimoriBox& operator=(const SekimoriBox&) = delete;
  ~SekimoriBox() override { dataplane_.stop(); }
  [[nodiscard]] std::vector<pid_t> processes() const override {
    return {dataplane_.process().pid()};
  }

 private:
  lab::Dataplane dataplane_;
};

template <class Kernel>
std::unique_ptr<Box> kernel_box(const Lab& lab, const SynGenerator&) {
  return std::make_unique<KernelBox<Kernel>>(lab);
}

std::unique_ptr<Box> over_af_packet(const Lab& lab, const SynGenerator&) {
  return std::make_unique<SekimoriBox>(
      lab, lab::DataplaneOptions{.driver = lab::PortDriver::af_packet,
                                 .real_time = true,
                                 .huge_pages = true,
                                 .port_arguments = ",framecnt=2048,qdisc_bypass=1"});
}

std::unique_ptr<Box> over_af_xdp(const Lab& lab, const SynGenerator&) {
  return std::make_unique<SekimoriBox>(
      lab, lab::DataplaneOptions{
               .driver = lab::PortDriver::af_xdp, .real_time = true, .huge_pages = true});
}

struct Mirror : Box {
  Mirror(const Lab& lab, const SynGenerator& generator) : back(generator, lab.outside_port()) {}
  SendBack back;
};

std::unique_ptr<Box> mirror(const Lab& lab, const SynGenerator& generator) {
  return std::make_unique<Mirror>(lab, generator);
}

struct Measured {
  FloodResult flood;
  nanoseconds clocks{};   ///< the sender's, the processes' and ksoftirqd's
  nanoseconds machine{};  ///< everybody's
};

Measured flood(SynGenerator& generator, const std::vector<pid_t>& processes, const Flood& how) {
  const ProcessClocks clocks{processes};
  const nanoseconds machine_before = machine_busy_time();
  const nanoseconds clocks_before = clocks.now();
  Measured measured{.flood = generator.run(how)};
  measured.clocks = clocks.now() - clocks_before + measured.flood.cpu_time;
  measured.machine = machine_busy_time() - machine_before;
  return measured;
}

double per(std::uint64_t count, nanoseconds time) {
  return static_cast<double>(time.count()) / static_cast<double>(count);
}

}  // namespace

std::vector<Peer> all_peers() {
  return {
      {"kernel_synproxy", "the kernel's SYNPROXY (nftables)", false, kernel_box<KernelSynproxy>},
      {"kernel_syncookies", "a kernel's listener with SYN cookies", false,
       kernel_box<KernelSyncookies>},
      {"sekimori_af_packet", "Sekimori over net_af_packet", true, over_af_packet},
      {"sekimori_af_xdp", "Sekimori over net_af_xdp", true, over_af_xdp},
      {veth_alone, "veth alone: sent back by tc as it is", true, mirror},
  };
}

Sample measure(const Lab& lab, const Peer& peer, milliseconds duration) {
  SynGenerator generator{lab.client_port(),
                         peer.transparent ? lab.server_port() : lab.outside_port()};
  Flood how{.duration = duration, .cpu = generator_cpu, .real_time = true};
  const Measured alone = [&] {
    const DropAll drop{generator, lab.outside_port()};
    return flood(generator, {}, how);
  }();
  const double generator_ns = per(alone.flood.sent, alone.clocks);

  const std::unique_ptr<Box> box = peer.set_up(lab, generator);
  how.window = window;
  how.duration = warm_up;
  generator.run(how);
  how.duration = duration;
  const Measured answered = flood(generator, box->processes(), how);
  if (answered.flood.answered == 0) {
    throw LabError(peer.name + " answers no SYN");
  }
  const double sent = static_cast<double>(answered.flood.sent);
  const double sending = generator_ns * sent / static_cast<double>(answered.flood.answered);
  return {
      .ns_per_syn = per(answered.flood.answered, answered.clocks) - sending,
      .generator_ns = generator_ns,
      .syns_per_s = answered.flood.answered_pps(),
      .answered_percent = 100 * static_cast<double>(answered.flood.answered) / sent,
      .machine_ns_per_syn = per(answered.flood.answered, answered.machine) - sending,
  };
}

}  // namespace sekimori::bench
