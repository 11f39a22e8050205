#include "bench/generator/syn_generator.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

#include "bench/generator/syn_flood_parameters.h"
#include "tests/support/errors.hpp"
#include "tests/support/flood_syn.hpp"
#include "tests/support/priority.hpp"

// The program compiled to BPF, as the linker names a file that it takes in as it is.
extern "C" const char _binary_syn_flood_bpf_o_start[];
extern "C" const char _binary_syn_flood_bpf_o_end[];

namespace sekimori::bench {
namespace {

using lab::LabError;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

/// As many as a driver takes from its card at a time (NAPI_POLL_WEIGHT).
constexpr std::uint32_t batch = 64;
/// Frames of one system call, which costs as much as some 50 of them by itself. Each call has
/// buffers of its own. Where a receiver on another CPU still has some at its end, the kernel looks
/// for them once a second, at a price that grows with the square of how many such calls there were,
/// and it has but 65,534 names for them. So where nothing holds the flood back, calls are long.
constexpr std::uint32_t frames_per_call = 512;
constexpr std::uint32_t frames_per_unbounded_call = 8192;
/// When nothing may be sent just now.
constexpr nanoseconds pause{100'000};
/// At a given rate, as many as are due in that time go at once.
constexpr double burst_s = 500e-6;
constexpr nanoseconds patience{20'000'000};
constexpr nanoseconds time_for_last_answers{50'000'000};

void need(int status, const char* what) {
  if (status < 0) {
    throw LabError(std::string("SYN generator: ") + what + ": " + std::strerror(-status));
  }
}

nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

void pin(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (const int error = ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set); error != 0) {
    throw LabError("SYN generator: CPU " + std::to_string(cpu) + ": " + std::strerror(error));
  }
}

syn_flood_parameters parameters_for(const lab::Port& from, const lab::Port& to) {
  const lab::FloodSyn syn = lab::common_flood_syn(from, to);
  syn_flood_parameters parameters{};
  static_assert(sizeof parameters.frame == sizeof syn);
  std::memcpy(parameters.frame, syn.data(), syn.size());
  parameters.ipv4_sum = lab::ipv4_sum(syn);
  parameters.tcp_sum = lab::tcp_sum(syn);
  parameters.first_source = lab::first_spoofed_source;
  parameters.source_mask = lab::spoofed_source_mask;
  parameters.interface = ::if_nametoindex(from.interface.c_str());
  return parameters;
}

/// A program in tc for what arrives at an interface, in the namespace of the calling thread.
class IngressHook {
 public:
  IngressHook(int interface, int program) {
    hook_.sz = sizeof hook_;
    hook_.ifindex = interface;
    hook_.attach_point = BPF_TC_INGRESS;
    need(bpf_tc_hook_create(&hook_), "a hook of tc");
    LIBBPF_OPTS(bpf_tc_opts, options);
    options.prog_fd = program;
    need(bpf_tc_attach(&hook_, &options), "a program in tc");
  }
  IngressHook(const IngressHook&) = delete;
  IngressHook& operator=(const IngressHook&) = delete;
  ~IngressHook() {
    // Both directions named, so that what carries the hooks (clsact) goes too.
    hook_.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
    bpf_tc_hook_destroy(&hook_);
  }

 private:
  bpf_tc_hook hook_{};
};

double per_second(std::uint64_t count, nanoseconds time) {
  return time.count() > 0 ? 1e9 * static_cast<double>(count) / static_cast<double>(time.count())
                          : 0.0;
}

/// How many SYNs may be sent by now.
class Pace {
 public:
  Pace(const Flood& flood, Clock::time_point start) : flood_(flood), start_(start) {}

  std::uint32_t allowed(std::uint64_t sent, std::uint64_t answered, Clock::time_point now) {
    if (flood_.rate_pps == 0 && flood_.window == 0) return frames_per_unbounded_call;
    std::uint64_t room = frames_per_call;
    if (flood_.rate_pps > 0) {
      const auto due = static_cast<std::uint64_t>(
          std::chrono::duration<double>(now - start_).count() * flood_.rate_pps);
      room = std::min(room, due > sent ? due - sent : 0);
      if (static_cast<double>(room) <
          std::min<double>(frames_per_call, flood_.rate_pps * burst_s)) {
        room = 0;
      }
    }
    if (flood_.window > 0) {
      if (answered != last_answered_) {
        last_answered_ = answered;
        last_answer_ = now;
      } else if (now - last_answer_ > patience) {
        given_up_ = sent - std::min(sent, answered);
        last_answer_ = now;
      }
      const std::uint64_t unanswered = sent - std::min(sent, answered + given_up_);
      room = std::min<std::uint64_t>(
          room, flood_.window - std::min<std::uint64_t>(unanswered, flood_.window));
      // Small calls would cost more than the SYNs in them.
      if (room < std::min(frames_per_call, flood_.window / 2)) room = 0;
    }
    return static_cast<std::uint32_t>(room);
  }

 private:
  const Flood& flood_;
  Clock::time_point start_;
  Clock::time_point last_answer_ = start_;
  std::uint64_t last_answered_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace

double FloodResult::sent_pps() const {
  return per_second(sent, elapsed);
}
double FloodResult::answered_pps() const {
  return per_second(answered, elapsed);
}

/// The BPF object, loaded and attached. Everything happens inside the sender's namespace, where the
/// interface's index means something.
class SynGenerator::Programs {
 public:
  explicit Programs(const syn_flood_parameters& parameters) {
    libbpf_set_print(nullptr);
    const auto size =
        static_cast<std::size_t>(_binary_syn_flood_bpf_o_end - _binary_syn_flood_bpf_o_start);
    object_ = bpf_object__open_mem(_binary_syn_flood_bpf_o_start, size, nullptr);
    if (object_ == nullptr) need(-errno, "the BPF object");
    need(bpf_map__set_initial_value(map(".rodata"), &parameters, sizeof parameters), "parameters");
    need(bpf_object__load(object_), "the kernel refuses the BPF programs");
    answers_.emplace(static_cast<int>(parameters.interface), program("take_answer"));
    keep_in_use();
    void* memory =
        ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ, MAP_SHARED, bpf_map__fd(map(".bss")), 0);
    if (memory == MAP_FAILED) need(-errno, "the counter of answers");
    answered_ = static_cast<const std::uint64_t*>(memory);
  }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() {
    if (answered_ != nullptr) {
      ::munmap(const_cast<std::uint64_t*>(answered_), sizeof(std::uint64_t));
    }
    answers_.reset();
    if (loopback_ != 0) bpf_xdp_detach(loopback_, XDP_FLAGS_SKB_MODE, nullptr);
    bpf_object__close(object_);
  }

  /// False when the kernel still has the buffers of too many earlier calls.
  [[nodiscard]] bool send(std::uint32_t count) const {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame_.data();
    options.data_size_in = static_cast<__u32>(frame_.size());
    options.repeat = static_cast<int>(count);
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    options.batch_size = batch;
    const int status = bpf_prog_test_run_opts(program("make_syn"), &options);
    if (status == -ENOSPC) return false;
    need(status, "XDP's test run with live frames, of Linux 5.18 and later");
    return true;
  }
  [[nodiscard]] std::uint64_t answered() const {
    return std::atomic_ref{*const_cast<std::uint64_t*>(answered_)}.load(std::memory_order_relaxed);
  }
  [[nodiscard]] int program(const char* name) const {
    return bpf_program__fd(bpf_object__find_program_by_name(object_, name));
  }

 private:
  [[nodiscard]] bpf_map* map(const char* name) const {
    return bpf_object__find_map_by_name(object_, name);
  }

  /// A program that is attached somewhere stays in the kernel's dispatcher of XDP programs.
  /// Otherwise each test run would put it there and wait twice for all CPUs, some 20 ms.
  void keep_in_use() {
    const auto loopback = static_cast<int>(::if_nametoindex("lo"));
    need(bpf_xdp_attach(loopback, program("make_syn"), XDP_FLAGS_SKB_MODE, nullptr),
         "the program at the loopback interface");
    loopback_ = loopback;
  }

  bpf_object* object_ = nullptr;
  const std::uint64_t* answered_ = nullptr;
  std::optional<IngressHook> answers_;
  int loopback_ = 0;
  lab::FloodSyn frame_{};
};

SynGenerator::SynGenerator(const lab::Port& from, const lab::Port& to) : from_(from) {
  from_.where->run([&] { programs_ = std::make_unique<Programs>(parameters_for(from, to)); });
}

SynGenerator::~SynGenerator() {
  from_.where->run([&] { programs_.reset(); });
}

std::uint64_t SynGenerator::answered() const {
  return programs_->answered();
}

FloodResult SynGenerator::run(const Flood& flood) {
  return from_.where->run([&] {
    if (flood.cpu) pin(*flood.cpu);
    if (flood.real_time) lab::take_real_time_priority();
    FloodResult result;
    const std::uint64_t answered_before = answered();
    const nanoseconds cpu_before = thread_cpu_time();
    const auto start = Clock::now();
    Pace pace{flood, start};
    for (auto now = start; now - start < flood.duration; now = Clock::now()) {
      if (flood.over != nullptr && flood.over->load()) break;
      const std::uint32_t count = pace.allowed(result.sent, answered() - answered_before, now);
      if (count > 0 && programs_->send(count)) {
        result.sent += count;
      } else {
        std::this_thread::sleep_for(pause);
      }
    }
    result.elapsed = Clock::now() - start;
    result.cpu_time = thread_cpu_time() - cpu_before;
    for (const auto end = Clock::now(); Clock::now() - end < time_for_last_answers &&
                                        answered() - answered_before < result.sent;) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    result.answered = answered() - answered_before;
    return result;
  });
}

DropAll::DropAll(const SynGenerator& generator, const lab::Port& at) : at_(at) {
  at_.where->run([&] {
    interface_ = static_cast<int>(::if_nametoindex(at_.interface.c_str()));
    need(bpf_xdp_attach(interface_, generator.programs_->program("drop"), XDP_FLAGS_DRV_MODE,
                        nullptr),
         "the program that drops all");
  });
}

DropAll::~DropAll() {
  at_.where->run([&] { bpf_xdp_detach(interface_, XDP_FLAGS_DRV_MODE, nullptr); });
}

class SendBack::Hook : public IngressHook {
 public:
  using IngressHook::IngressHook;
};

SendBack::SendBack(const SynGenerator& generator, const lab::Port& at) : at_(at) {
  at_.where->run([&] {
    hook_ = std::make_unique<Hook>(static_cast<int>(::if_nametoindex(at_.interface.c_str())),
                                   generator.programs_->program("send_back"));
  });
}

SendBack::~SendBack() {
  at_.where->run([&] { hook_.reset(); });
}

}  // namespace sekimori::bench
