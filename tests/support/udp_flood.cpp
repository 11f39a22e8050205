#include "tests/support/udp_flood.hpp"

#include <sys/socket.h>

#include <array>

#include "tests/support/endpoint.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori::lab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t port = 9'000;
constexpr std::size_t payload_bytes = 64;
constexpr std::chrono::milliseconds tick{2};

}  // namespace

UdpFlood::UdpFlood(const Lab& lab, const std::string& target, std::uint32_t rate_pps,
                   std::chrono::seconds at_most)
    : thread_([this, &where = lab.client(), to = Endpoint{target, port}, rate_pps,
               at_most](const std::stop_token& stop) {
        where.enter();
        const UniqueFd fd{
            checked(::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket for UDP")};
        const std::array<char, payload_bytes> payload{};
        const auto began = Clock::now();
        while (!stop.stop_requested() && Clock::now() - began < at_most) {
          const std::chrono::duration<double> passed = Clock::now() - began;
          const auto due = static_cast<std::uint64_t>(passed.count() * rate_pps);
          for (; sent_ < due; ++sent_) {
            // A full queue is the flood's own loss.
            static_cast<void>(
                ::sendto(fd.get(), payload.data(), payload.size(), 0, to.address(), to.length()));
          }
          std::this_thread::sleep_for(tick);
        }
      }) {}

void UdpFlood::stop() {
  thread_.request_stop();
  thread_.join();
}

}  // namespace sekimori::lab
