// Notices and the store on a disk: a control that is killed loses none and tells none twice.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>

#include "control/store/store.hpp"
#include "tests/unit/control/notify/loopback.hpp"
#include "tests/unit/control/notify/notifier_fixture.hpp"

namespace sekimori {
namespace {

using test::sample_incident;

class RestartTest : public test::NotifierFixture {
 protected:
  [[nodiscard]] std::unique_ptr<Store> open() const {
    auto store = Store::open(folder_ / "control.db");
    EXPECT_TRUE(store) << store.error();
    return std::move(*store);
  }

  /// What a control does that is killed later: tells, fails to deliver, says so by a byte, and goes
  /// on to fail.
  [[noreturn]] void tell_for_ever(int told) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto store = open();
    const auto notifier = Notifier::start(store->deliveries(), options_, directory_);
    if (!notifier || !(*notifier)->tell(sample_incident())) _exit(1);
    const auto retried = [&] {
      return (*notifier)->counts().channels[static_cast<std::size_t>(Channel::webhook)].retried;
    };
    if (!lab::wait_until(test::patience, [&] { return retried() > 5; })) _exit(1);
    if (::write(told, "t", 1) != 1) _exit(1);
    for (;;) ::pause();
  }
};

std::vector<Delivery> all_of(Store& store) {
  return store.deliveries().list({}).value_or(std::vector<Delivery>{});
}

TEST_F(RestartTest, AKilledControlLosesNothing) {
  std::uint16_t port = 0;
  {
    const test::LoopbackSocket closed{SOCK_STREAM};
    port = closed.port();
    directory_.notify.operators.webhook = {closed.at("http") + "/a", closed.at("http") + "/b"};
    std::array<int, 2> told{};
    ASSERT_EQ(::pipe(told.data()), 0);
    const pid_t control = ::fork();
    if (control == 0) tell_for_ever(told[1]);
    ::close(told[1]);
    char byte = 0;
    EXPECT_EQ(::read(told[0], &byte, 1), 1);
    ::close(told[0]);
    ::kill(control, SIGKILL);
    int status = 0;
    ::waitpid(control, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  const test::Receiver receiver{{}, port};
  const auto store = open();
  EXPECT_EQ(all_of(*store).size(), 2);
  auto notifier = Notifier::start(store->deliveries(), options_, directory_);
  ASSERT_TRUE(notifier) << notifier.error();
  EXPECT_TRUE((*notifier)->tell(sample_incident())) << "as after every start";
  EXPECT_TRUE(lab::wait_until(test::patience, [&] {
    const auto all = all_of(*store);
    return std::ranges::count_if(all, [](const Delivery& delivery) {
             return delivery.progress.state == DeliveryState::delivered;
           }) == 2;
  }));
  EXPECT_TRUE(
      lab::wait_until(test::patience, [&] { return (*notifier)->counts().duplicates == 2; }));
  notifier->reset();
  EXPECT_EQ(receiver.requests().size(), 2);
}

}  // namespace
}  // namespace sekimori
